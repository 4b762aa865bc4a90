{#- Whether respondents whose answer is of a kind are in the base of a rule; of `asked` nobody knows any answer. -#}
{% macro is_in_base(kind, base_rule) -%}
    (
        {{ kind }} = 'valid'
        or {{ base_rule }} = 'all'
        or ({{ base_rule }} = 'routed' and {{ kind }} <> 'not_asked')
    )
{%- endmacro %}
