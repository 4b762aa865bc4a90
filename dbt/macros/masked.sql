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
    {%- set tells, of, instead = column.config.meta.tells, column.config.meta.of, column.config.meta.instead -%}
    {%- set because = (of ~ "_" if of else "") ~ "withheld_because" -%}
    {%- if not tells -%}
        {{ exceptions.raise_compiler_error(
            model.name ~ "." ~ column.name ~ " does not say what it tells of: config.meta.tells in " ~ model.name ~ ".yml"
        ) }}
    {%- elif tells in ("key", "label", "rule", "design") -%}
        {{ column.name }}
    {%- elif tells == "withheld" -%}
        {{ because }} is not null as {{ column.name }}
    {%- elif tells == "reason" -%}
        coalesce({{ because }}, {{ column.name }}) as {{ column.name }}
    {%- else -%}
        case when {{ because }} is null then {{ column.name }}{{ " else " ~ instead if instead }} end as {{ column.name }}
    {%- endif -%}
{%- endmacro %}


{% macro declared_columns() -%}
    {{- return(model.columns if execute and model.resource_type == "model" else {}) -}}
{%- endmacro %}
