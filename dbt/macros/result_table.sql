{% macro result_table(by_group) -%}
    {%- set level = "group_by is not null" if by_group else "group_by is null" -%}
    with survey as (

        select * from {{ source("raw", "survey") }}

    ),

    questions as (

        select * from {{ source("raw", "questions") }}

    ),

    group_names as (

        {{ group_names() }}

    ),

    estimates as (

        select *
        from {{ ref("estimates") }}
        where {{ level }}

    ),

    intervals as (

        select *
        from {{ ref("intervals") }}
        where is_default and {{ level }}

    ),

    final as (

        select
            estimates.survey,
            estimates.generation,
            estimates.provenance,
            estimates.question,
            questions.position as question_position,
            questions.question_text,
            estimates.position,
            estimates.answer,
            estimates.answer_label,
            estimates.kind,
            estimates.group_by,
            estimates.group_value,
            group_names.answer_label as group_label,
            estimates.base_rule,
            estimates.n_base,
            estimates.n,
            estimates.w_base,
            estimates.w,
            estimates.share,
            questions.decimals,
            case
                when not estimates.suppressed
                    then
                        {{ percent_text(
                            "estimates.n", "estimates.n_base", told_weight(), "estimates.w_base", "survey.weighted",
                            "questions.decimals"
                        ) }}
            end as percent_text,
            estimates.n_mentions,
            estimates.share_of_mentions,
            estimates.se,
            estimates.margin_of_error,
            estimates.deff,
            estimates.n_eff,
            estimates.n_kish,
            estimates.df,
            intervals.low as ci_low,
            intervals.high as ci_high,
            intervals.method as ci_method,
            estimates.suppressed,
            coalesce(intervals.not_computed, estimates.not_computed) as not_computed,
            estimates.withheld_because,
            estimates.base_withheld_because,
            estimates.answers_withheld_because
        from estimates
        cross join survey
        inner join questions on estimates.question = questions.question
        left join group_names
            on estimates.group_by = group_names.question and estimates.group_value = group_names.answer
        left join intervals
            on
                estimates.question = intervals.question
                and estimates.answer = intervals.answer
                and estimates.kind = intervals.kind
                and estimates.group_by is not distinct from intervals.group_by
                and estimates.group_value is not distinct from intervals.group_value

    )

    {{ masked("final") }}
{%- endmacro %}


{#- The sum of weights that a percentage is printed from: what its share, as it is told, leaves of it. -#}
{% macro told_weight() -%}
    if(survey.coarse_by is null, estimates.w, estimates.share * estimates.w_base)
{%- endmacro %}
