{#-
One scan of the records by grouping sets: for every question, its answers by sampling unit, for the whole sample and by
every group variable.

The questions come from the codebook's rows. Only their ids are written into SQL, and an id is a checked identifier;
codes and labels are joined as rows, never written.
-#}
{% macro tally_cells() -%}
    {%- set questions = tally_rows(
        "select question, type, is_group, asked_if_question from raw.questions order by position"
    ) -%}
    {%- set columns = tally_rows(
        "select column_name from duckdb_columns() where schema_name = 'records' and table_name = 'records'"
    ) | map(attribute=0) | list -%}
    {%- set types = {} -%}
    {%- for question in questions -%}{%- do types.update({question[0]: question[1]}) -%}{%- endfor -%}
    {%- set groups = questions | selectattr(2) | map(attribute=0) | list -%}

    {%- set routed = questions | rejectattr(3, "none") | map(attribute=0) | list %}

    with admitting as (

        -- in one row, for every routed question the list of the answers that lead to it
        select
            count(*) as rows_of_routing
            {%- for question in routed %},
            list(asked_if_answer) filter (where question = '{{ question }}') as admitting_{{ question }}
            {%- endfor %}
        from raw.routing

    ),

    keys as (

        select
            {{ "weight" if "weight" in columns else "1.0::double" }} as weight,
            {{ "stratum" if "stratum" in columns else "null::varchar" }} as stratum,
            {{ "sampling_unit" if "sampling_unit" in columns else "null::varchar" }} as sampling_unit
            {%- for group in groups %},
            "{{ group }}" as by_{{ group }}
            {%- endfor %}
            {%- for question, type, is_group, asker in questions %},
            {{ tally_routed(question, asker, types) }} as routed_{{ question }},
            case when routed_{{ question }} then {{ tally_answer(question, type) }} end as answer_{{ question }}
            {%- endfor %}
        from records.records
        cross join admitting

    ),

    grouped as (

        select
            stratum,
            sampling_unit,
            {%- for group in groups %}
            by_{{ group }},
            grouping(by_{{ group }}) as without_{{ group }},
            {%- endfor %}
            {%- for question, type, is_group, asker in questions %}
            routed_{{ question }},
            answer_{{ question }},
            grouping(answer_{{ question }}) as without_answer_{{ question }},
            {%- endfor %}
            count(*) as n,
            sum(weight) as w,
            sum(weight * weight) as w2
        from keys
        group by grouping sets (
            {%- for question, type, is_group, asker in questions %}
            {%- set key = "stratum, sampling_unit, routed_" ~ question ~ ", answer_" ~ question %}
            ({{ key }})
            {%- for group in groups if group != question %},
            ({{ key }}, by_{{ group }})
            {%- endfor %}
            {{- "," if not loop.last }}
            {%- endfor %}
        )

    )

    {% for question, type, is_group, asker in questions %}
    select
        '{{ question }}' as question,
        case when routed_{{ question }} then {{ tally_codes(question, type) }} end as answers,
        {%- if groups %}
        case{% for group in groups %} when without_{{ group }} = 0 then '{{ group }}'{% endfor %} end as group_by,
        case{% for group in groups %} when without_{{ group }} = 0 then coalesce(by_{{ group }}::varchar, ''){% endfor %} end as group_value,
        {%- else %}
        null::varchar as group_by,
        null::varchar as group_value,
        {%- endif %}
        stratum,
        sampling_unit,
        n,
        w,
        w2
    from grouped
    where without_answer_{{ question }} = 0
    {{ "union all" if not loop.last }}
    {% endfor %}
{%- endmacro %}


{#- Whether a record is routed to the question: always, or by what it answered to the asking one. -#}
{% macro tally_routed(question, asker, types) -%}
    {%- if asker is none -%}
        true
    {%- else -%}
        routed_{{ asker }} and coalesce(
            {%- if types[asker] == "multiple" -%}
                list_has_any("{{ asker }}"::varchar[], admitting_{{ question }})
            {%- else -%}
                list_contains(admitting_{{ question }}, "{{ asker }}"::varchar)
            {%- endif -%}, false)
    {%- endif -%}
{%- endmacro %}


{#- What a record's cell is grouped by: its code or codes; for numbers and words only whether there is a value. -#}
{% macro tally_answer(question, type) -%}
    {%- if type in ("single", "multiple") -%}
        "{{ question }}"
    {%- else -%}
        case when "{{ question }}" is null then "{{ question }}__missing" else '*' end
    {%- endif -%}
{%- endmacro %}


{#- The grouped cell as a list of codes; a blank is the code ''. -#}
{% macro tally_codes(question, type) -%}
    {%- if type == "multiple" -%}
        coalesce(answer_{{ question }}::varchar[], [''])
    {%- else -%}
        [coalesce(answer_{{ question }}::varchar, '')]
    {%- endif -%}
{%- endmacro %}


{#- Rows of a query over the survey's own tables; none while dbt only parses. -#}
{% macro tally_rows(query) -%}
    {{- return(run_query(query).rows | list if execute else []) -}}
{%- endmacro %}
