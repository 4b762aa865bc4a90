{#-
The table of every coded question's answers on its published base: the whole sample, or by each group's values.

An option that nobody chose stands there with 0; a missing answer only where the base counts it and somebody gave it.
-#}
{% macro result_table(by_group) -%}
    {%- set level = "group_by is not null" if by_group else "group_by is null" -%}
    with survey as (

        select * from {{ source("raw", "survey") }}

    ),

    questions as (

        select * from {{ source("raw", "questions") }} where type in ('single', 'multiple')

    ),

    answers as (

        select * from {{ source("raw", "answers") }}

    ),

    bases as (

        select * from {{ ref("bases") }} where is_published and {{ level }}

    ),

    counted as (

        select
            question,
            answer,
            kind,
            group_by,
            group_value,
            sum(n)::bigint as n,
            sum(w) as w
        from {{ ref("tallies") }}
        where {{ level }}
        group by question, answer, kind, group_by, group_value

    ),

    listed as (

        -- the codebook's answers, and the blank of those whom the routing left out
        select question, position, answer, answer_label, kind from answers
        union
        select question, 2147483647, '', 'Not asked', 'not_asked' from questions where asked_if_question is not null

    ),

    named as (

        select
            question,
            answer,
            kind,
            min(position) as position,
            min(answer_label) as answer_label
        from listed
        group by question, answer, kind

    ),

    joined as (

        select
            bases.survey,
            bases.generation,
            bases.provenance,
            questions.position as question_position,
            questions.question,
            questions.question_text,
            named.position,
            named.answer,
            named.answer_label,
            named.kind,
            bases.group_by,
            bases.group_value,
            group_names.answer_label as group_label,
            bases.base_rule,
            bases.n_base,
            coalesce(counted.n, 0) as n,
            bases.w_base,
            coalesce(counted.w, 0.0) as w,
            questions.decimals,
            survey.weighted,
            bases.n_base < survey.minimum_base as suppressed
        from bases
        cross join survey
        inner join questions on bases.question = questions.question
        inner join named on bases.question = named.question
        left join counted
            on
                named.question = counted.question
                and named.answer = counted.answer
                and named.kind = counted.kind
                and bases.group_by is not distinct from counted.group_by
                and bases.group_value is not distinct from counted.group_value
        left join named as group_names
            on bases.group_by = group_names.question and bases.group_value = group_names.answer
        where
            named.kind = 'valid'
            or (
                counted.n > 0
                and (bases.base_rule = 'all' or (bases.base_rule = 'routed' and named.kind <> 'not_asked'))
            )

    ),

    final as (

        select
            survey,
            generation,
            provenance,
            question,
            question_text,
            position,
            answer,
            answer_label,
            kind,
            group_by,
            group_value,
            group_label,
            base_rule,
            n_base,
            n,
            w_base,
            w,
            case when not suppressed and w_base > 0 then w / w_base end as share,
            decimals,
            case when not suppressed then
                {{ percent_text("n", "n_base", "w", "w_base", "weighted", "decimals") }}
            end as percent_text,
            suppressed
        from joined
        order by question_position, group_by, group_value, position

    )

    select * from final
{%- endmacro %}
