{#-
A sum of floating-point numbers that is the same to the last digit in whatever order DuckDB's threads take them: each is
rounded to a whole number of `unit`, a power of two, and whole numbers are added. Where the numbers are parts of a whole
the unit need not be given; sums above 2 ** 26 units of 2 ** 100 overflow.
-#}
{% macro steady_sum(number, unit="2 ** -100") -%}
    sum((({{ number }}) / ({{ unit }}))::hugeint)::double * any_value({{ unit }})
{%- endmacro %}


{#- The same of a few numbers of any size. -#}
{% macro sum_in_order(number) -%}
    list_sum(list_sort(list({{ number }})))
{%- endmacro %}
