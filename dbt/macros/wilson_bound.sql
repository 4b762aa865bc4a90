{#- Wilson's lower (-) or upper (+) bound of a share of n in n_base, at the normal quantile z; neither leaves 0 to 1. -#}
{% macro wilson_bound(sign, n, n_base, z) -%}
    least(greatest(
        ({{ n }} + {{ z }} ** 2 / 2 {{ sign }} {{ z }} * sqrt(greatest(({{ n }}) * (1 - ({{ n }}) / ({{ n_base }})), 0) + {{ z }} ** 2 / 4))
        / ({{ n_base }} + {{ z }} ** 2),
    0), 1)
{%- endmacro %}
