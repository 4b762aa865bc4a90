{% macro group_names() -%}
    select
        question,
        answer,
        min(answer_label) as answer_label
    from {{ source("raw", "answers") }}
    group by question, answer
    union all
    select
        'wave' as question,
        wave as answer,
        coalesce(label, wave) as answer_label
    from {{ source("raw", "waves") }}
{%- endmacro %}


{% macro group_places() -%}
    select
        question as group_by,
        answer as group_value,
        answer_label as group_label,
        position as group_position
    from {{ source("raw", "answers") }}
    where kind = 'valid'
    union all
    select
        'wave' as group_by,
        wave as group_value,
        coalesce(label, wave) as group_label,
        position as group_position
    from {{ source("raw", "waves") }}
{%- endmacro %}
