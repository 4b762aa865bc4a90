{% macro is_in_base(kind, base_rule) -%}
    (
        {{ kind }} = 'valid'
        or {{ base_rule }} = 'all'
        or ({{ base_rule }} = 'routed' and {{ kind }} <> 'not_asked')
    )
{%- endmacro %}
