{% macro masked(relation) -%}
    select
        {%- for column in declared_columns().values() %}
        {{ masked_column(column) }}{{ "," if not loop.last }}
        {%- else %}
        *
        {%- endfor %}
    from {{ relation }}
    {{ in_order() }}
{%- endmacro %}


{% macro in_order() -%}
    {%- set order = model.config.meta.order if execute and model.resource_type == "model" -%}
    {%- if order -%}order by {{ order | join(", ") }}{%- endif -%}
{%- endmacro %}


{% macro masked_column(column) -%}
    {%- set meta = column.config.meta -%}
    {%- set tells, of, instead = meta.tells or meta.kept, meta.of, meta.instead -%}
    {%- set because = (of ~ "_" if of else "") ~ "withheld_because" -%}
    {%- if not tells -%}
        {{ exceptions.raise_compiler_error(
            model.name ~ "." ~ column.name ~ " does not say what it tells of: config.meta.tells in " ~ model.name ~ ".yml"
        ) }}
    {%- elif tells in ("key", "label", "rule", "design") -%}
        {{ column.name }}
    {%- elif tells == "withheld" -%}
        {{ because }} is not null as {{ column.name }}
    {%- elif meta.tells == "weight" -%}
        case
            when {{ because }} is null and ({{ coarse_by() }} is null or not {{ weighted() }}) then {{ column.name }}
        end as {{ column.name }}
    {%- elif tells == "reason" -%}
        coalesce({{ because }}, {{ column.name }}) as {{ column.name }}
    {%- else -%}
        case when {{ because }} is null then {{ column.name }}{{ " else " ~ instead if instead }} end as {{ column.name }}
    {%- endif -%}
{%- endmacro %}


{% macro declared_columns() -%}
    {{- return(model.columns if execute and model.resource_type == "model" else {}) -}}
{%- endmacro %}


{#- What withheld counts leave of statistics; null where these are told in full. See docs/suppression.md. -#}
{% macro coarse_by() -%}
    (select survey_told.coarse_by from {{ source("raw", "survey") }} as survey_told)
{%- endmacro %}


{% macro weighted() -%}
    (select survey_told.weighted from {{ source("raw", "survey") }} as survey_told)
{%- endmacro %}


{#-
To the next 1, 2 or 5 of some power of ten that is `step` or more; null where nothing would be left of the number. Both are
named once, in a list of one, since DuckDB works out an expression as often as it stands there.
-#}
{% macro to_steps_of(number, step, most="null") -%}
    {%- set power -%} 10.0 ** floor(log10(told['step'])) {%- endset -%}
    {%- set wide -%}
        ({{ power }} * case
            when told['step'] <= {{ power }} then 1
            when told['step'] <= 2 * {{ power }} then 2
            when told['step'] <= 5 * {{ power }} then 5
            else 10
        end)
    {%- endset -%}
    list_transform(
        [struct_pack(number := {{ number }}, step := {{ step }})],
        lambda told:
            case when not coalesce({{ wide }} > {{ most }}, false) then round(told['number'] / {{ wide }}) * {{ wide }} end
    )[1]
{%- endmacro %}


{#- A weighted share: two of the heaviest respondents more or less are not seen in it. -#}
{% macro told_share(share, n_base) -%}
    case
        when survey.coarse_by is null or not survey.weighted then {{ share }}
        when {{ share }} is not null and {{ n_base }} > 0
            then {{ to_steps_of(share, "(2 * survey.coarse_by / " ~ n_base ~ ")", most="0.1") }}
    end
{%- endmacro %}


{#- A weighted mean, total or standard deviation, by the same measure. -#}
{% macro told_number(of) -%}
    {%- set step -%} (4 * sqrt({{ of }}.variance) * survey.coarse_by / {{ of }}.n_base) {%- endset -%}
    case
        when survey.coarse_by is null or not survey.weighted or {{ of }}.statistic = 'quantile' or {{ of }}.variance <= 0
            then {{ of }}.estimate
        when {{ of }}.statistic = 'standard_deviation' then {{ told_spread(of ~ ".estimate", of ~ ".n_base") }}
        when {{ of }}.statistic = 'mean' then {{ to_steps_of(of ~ ".estimate", step) }}
        when {{ of }}.statistic = 'total' then {{ to_steps_of(of ~ ".estimate", "(" ~ of ~ ".w_base * " ~ step ~ ")") }}
    end
{%- endmacro %}


{#- A standard error, or what follows from one: two digits, fewer on a base of fewer than 500. -#}
{% macro told_spread(spread, n_base) -%}
    case
        when survey.coarse_by is null or {{ spread }} <= 0 then {{ spread }}
        when {{ spread }} > 0 and {{ n_base }} > 0
            then {{ to_steps_of(spread, "(" ~ spread ~ " * greatest(0.02, 10 / " ~ n_base ~ "))") }}
    end
{%- endmacro %}
