{#- Schemas are named tallies and marts, without dbt's target prefix: one survey, one database. -#}
{% macro generate_schema_name(custom_schema_name, node) -%}
    {{ custom_schema_name or target.schema }}
{%- endmacro %}
