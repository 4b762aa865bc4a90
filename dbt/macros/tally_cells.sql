{#-
The scan feeds one aggregation for every question and group, which on ten million records costs half of what grouping
sets do (benchmarks/ten_million.py). Sampling units are numbered first, since grouping by their names takes three times as
long, and the records come in their order, so that each aggregation has only one unit's cells at hand (a third less); the
whole sample is added up from its groups.

Weights are counted in units (raw.weight_units): sums of whole numbers are exact and the same in any order. The narrowest
type in which no sum can overflow is the fastest: of a BIGINT they cost no more than those of floating point.

The questions come from the codebook's rows. Only their ids are written into SQL, and an id is a checked identifier;
codes and labels are joined as rows, never written.
-#}
{% macro tally_cells() -%}
    {%- set questions = tally_rows(
        "select question, holds, is_group, asked_if_question, wave from raw.questions order by position"
    ) -%}
    {%- set columns = tally_rows(
        "select column_name from duckdb_columns() where schema_name = 'records' and table_name = 'records'"
    ) | map(attribute=0) | list -%}
    {%- set held = {} -%}
    {%- for question in questions -%}{%- do held.update({question[0]: question[1]}) -%}{%- endfor -%}
    {%- set weighted_anew = tally_rows(
        "select 1 from duckdb_tables() where schema_name = 'records' and table_name = 'weights'"
    ) | length > 0 -%}
    {#- a bit for each code of several in one cell, of the 62 that a number holds for sure -#}
    {%- set packed = tally_rows(
        "select question from raw.answers inner join raw.questions using (question) "
        "where holds = 'codes' group by question having count(distinct answer) filter (answer <> '') <= 62"
    ) | map(attribute=0) | list -%}
    {%- set types = [] -%}
    {%- for most in ("weight_max / w_unit", "weight_max ** 2 / w2_unit") -%}
        {%- do types.append(tally_rows(
            "select case when " ~ most ~ " < 2 ** 62 then 'bigint' when " ~ most ~ " * (select sum(rows_accepted) from "
            "raw.files) < 2 ** 126 then 'hugeint' else 'bignum' end from raw.weight_units"
        ) | map(attribute=0) | first | default("bignum")) -%}
    {%- endfor -%}
    {%- set weight = "weights.final_weight" if weighted_anew else "records.weight" if "weight" in columns else "1.0::double" -%}
    {%- set routed = questions | rejectattr(3, "none") | map(attribute=0) | list %}
    {%- set of_one_wave = questions | rejectattr(4, "none") | map(attribute=0) | list if "wave" in columns else [] %}
    {%- set led_to = routed + of_one_wave %}
    {%- set groups = questions | selectattr(2) | map(attribute=0) | list + (["wave"] if "wave" in columns else []) %}

    with admitting as (

        -- in one row, for every routed question the list of the answers that lead to it
        select
            count(*) as rows_of_routing
            {%- for question in routed %},
            list(asked_if_answer) filter (where question = '{{ question }}') as admitting_{{ question }}
            {%- endfor %}
        from raw.routing

    ),

    asking as (

        -- in one row, for every question of a single wave that wave
        select
            count(*) as questions
            {%- for question in of_one_wave %},
            any_value(wave) filter (where question = '{{ question }}') as wave_of_{{ question }}
            {%- endfor %}
        from raw.questions

    ),

    scanned as materialized (

        select
            ({{ weight }} / units.w_unit)::{{ types[0] }} as w,
            ({{ weight }} * {{ weight }} / units.w2_unit)::{{ types[1] }} as w2,
            {{ tally_stratum(columns) }} as stratum,
            {{ "sampling_unit" if "sampling_unit" in columns else "null::varchar" }} as sampling_unit,
            {{ "population" if "population" in columns else "null::double" }} as population
            {%- for group in groups %},
            "{{ group }}" as by_{{ group }}
            {%- endfor %}
            {%- for question, holds, is_group, asker, wave in questions %},
            {{ tally_routed(question, asker, held, question in of_one_wave) }} as routed_{{ question }},
            case when routed_{{ question }} then {{ tally_answer(question, holds, question in packed) }} end as answer_{{ question }}
            {%- if holds == "number" %},
            case when routed_{{ question }} then "{{ question }}" end as value_{{ question }}
            {%- endif %}
            {%- endfor %}
        from records.records as records
        cross join {{ source("raw", "weight_units") }} as units
        {%- if weighted_anew %}
        inner join records.weights as weights using (source_file, source_line)
        {%- endif %}
        cross join admitting
        cross join asking
        {%- if "disposition" in columns %}
        where disposition in ('complete', 'partial')
        {%- endif %}

    ),

    units as materialized (

        select
            row_number() over ()::integer as unit,
            stratum,
            sampling_unit,
            max(population) as population
        from scanned
        group by stratum, sampling_unit

    ),

    numbered as materialized (

        select
            scanned.* exclude (stratum, sampling_unit, population),
            units.unit
        from scanned
        inner join units
            on scanned.stratum is not distinct from units.stratum
            and scanned.sampling_unit is not distinct from units.sampling_unit
        order by units.unit

    ),
    {%- for question, holds, is_group, asker, wave in questions %}
    {%- set key = tally_key(question, holds, question in led_to) %}
    {%- set others = groups | reject("equalto", question) | list %}
    {%- for group in others %}

    {{ question }}__by__{{ group }} as (

        select
            unit,
            {{ key }},
            by_{{ group }}::varchar as group_value,
            count(*) as n,
            sum(w) as w,
            sum(w2) as w2
        from numbered
        group by unit, {{ key }}, by_{{ group }}

    ),
    {%- endfor %}

    {{ question }}__whole as (

        select
            unit,
            {{ key }},
            {%- if others %}
            sum(n)::bigint as n,
            sum(w) as w,
            sum(w2) as w2
        from {{ question }}__by__{{ others[0] }}
            {%- else %}
            count(*) as n,
            sum(w) as w,
            sum(w2) as w2
        from numbered
            {%- endif %}
        group by unit, {{ key }}

    ),
    {%- endfor %}

    long as (
        {% for question, holds, is_group, asker, wave in questions %}
        {%- for group in [none] + groups if group != question %}
        select
            '{{ question }}' as question,
            {{ "case when routed_" ~ question ~ " then " if question in led_to -}}
            {{ tally_codes(question, holds, question in packed) }}{{ " end" if question in led_to }} as answers,
            {{ "value_" ~ question if holds == "number" else "null::double" }} as value,
            {{ "'" ~ group ~ "'" if group else "null::varchar" }} as group_by,
            {{ "coalesce(group_value, '')" if group else "null::varchar" }} as group_value,
            unit,
            n,
            w,
            w2
        from {{ question }}__{{ "by__" ~ group if group else "whole" }}
        {{ "union all" if not loop.last }}
        {%- endfor %}
        {{ "union all" if not loop.last }}
        {%- endfor %}

    )

    select
        long.* exclude (unit),
        units.stratum,
        units.sampling_unit,
        units.population
    from long
    inner join units on long.unit = units.unit
{%- endmacro %}


{% macro tally_stratum(columns) -%}
    {%- if "wave" in columns and "stratum" in columns -%}
        concat_ws(', ', wave, stratum)
    {%- else -%}
        {{ "wave" if "wave" in columns else "stratum" if "stratum" in columns else "null::varchar" }}
    {%- endif -%}
{%- endmacro %}


{% macro tally_routed(question, asker, held, of_one_wave) -%}
    {%- if of_one_wave -%}wave = wave_of_{{ question }} and {% endif -%}
    {%- if asker is none -%}
        true
    {%- else -%}
        routed_{{ asker }} and coalesce(
            {%- if held[asker] == "codes" -%}
                list_has_any("{{ asker }}"::varchar[], admitting_{{ question }})
            {%- else -%}
                list_contains(admitting_{{ question }}, "{{ asker }}"::varchar)
            {%- endif -%}, false)
    {%- endif -%}
{%- endmacro %}


{% macro tally_answer(question, holds, is_packed) -%}
    {%- if is_packed -%}
        case
            when "{{ question }}" is not null
                then coalesce(list_sum(list_transform("{{ question }}", lambda code: 1::bigint << enum_code(code))), 0)::bigint
        end
    {%- elif holds in ("code", "codes") -%}
        "{{ question }}"
    {%- else -%}
        case when "{{ question }}" is null then "{{ question }}__missing" else '*' end
    {%- endif -%}
{%- endmacro %}


{% macro tally_key(question, holds, is_led_to) -%}
    {%- set routed = ["routed_" ~ question] if is_led_to else [] -%}
    {%- set value = ["value_" ~ question] if holds == "number" else [] -%}
    {{ (routed + ["answer_" ~ question] + value) | join(",\n            ") }}
{%- endmacro %}


{% macro tally_codes(question, holds, is_packed) -%}
    {%- if is_packed -%}
        case
            when answer_{{ question }} is null then ['']
            else list_filter(
                enum_range(null::records."{{ question }}"),
                lambda code: (answer_{{ question }} >> enum_code(code::records."{{ question }}")) & 1 = 1
            )
        end
    {%- elif holds == "codes" -%}
        coalesce(answer_{{ question }}::varchar[], [''])
    {%- else -%}
        [coalesce(answer_{{ question }}::varchar, '')]
    {%- endif -%}
{%- endmacro %}


{% macro tally_rows(query) -%}
    {{- return(run_query(query).rows | list if execute else []) -}}
{%- endmacro %}
