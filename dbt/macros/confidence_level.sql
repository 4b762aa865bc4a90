{% macro confidence_level() -%}
    0.95::double
{%- endmacro %}


{% macro quantile_of_polls() -%}
    1.96::double
{%- endmacro %}
