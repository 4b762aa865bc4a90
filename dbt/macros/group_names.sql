{#- What every group is called, by the group question and its answer; a wave by its label. -#}
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
