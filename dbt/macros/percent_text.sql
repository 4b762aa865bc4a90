{#- Without weights the arithmetic is in whole numbers, so that a tie (23 of 40 is 57.5) is never lost to floating point. -#}
{% macro percent_text(n, n_base, w, w_base, weighted, decimals) -%}
    {%- set scale -%} (10 ** {{ decimals }})::hugeint {%- endset -%}
    {%- set units -%}
        (case
            when {{ weighted }} then round(100.0::double * {{ scale }} * {{ w }} / {{ w_base }})::hugeint
            else (200 * {{ scale }} * {{ n }} + {{ n_base }}) // (2 * {{ n_base }})
        end)
    {%- endset -%}
    case
        when {{ n_base }} = 0 or {{ w_base }} = 0 then null
        when {{ decimals }} = 0 then {{ units }}::varchar
        else
            ({{ units }} // {{ scale }})::varchar
            || '.'
            || lpad(({{ units }} % {{ scale }})::varchar, {{ decimals }}, '0')
    end
{%- endmacro %}
