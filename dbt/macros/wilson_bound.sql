{% macro wilson_bound(sign, n, n_base, z) -%}
    {%- set spread = "sqrt(greatest((" ~ n ~ ") * (1 - (" ~ n ~ ") / (" ~ n_base ~ ")), 0) + " ~ z ~ " ** 2 / 4)" -%}
    least(greatest(({{ n }} + {{ z }} ** 2 / 2 {{ sign }} {{ z }} * {{ spread }}) / ({{ n_base }} + {{ z }} ** 2), 0), 1)
{%- endmacro %}
