{#- The share of samples whose interval is to hold the true value: of every interval, margin of error and critical value. -#}
{% macro confidence_level() -%}
    0.95::double
{%- endmacro %}
