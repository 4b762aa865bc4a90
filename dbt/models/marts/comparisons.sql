with crosstabs as (

    select * from {{ ref("crosstabs") }}

),

toplines as (

    select * from {{ ref("toplines") }}

),

survey as (

    select * from {{ source("raw", "survey") }}

),

rest as (

    select
        crosstabs.*,
        toplines.n_base - crosstabs.n_base as rest_n_base,
        toplines.w_base - crosstabs.w_base as rest_w_base,
        toplines.n - crosstabs.n as rest_n,
        toplines.w - crosstabs.w as rest_w
    from crosstabs
    inner join toplines
        on
            crosstabs.question = toplines.question
            and crosstabs.answer = toplines.answer
            and crosstabs.kind = toplines.kind

),

final as (

    select
        rest.survey,
        rest.generation,
        rest.provenance,
        rest.question,
        rest.answer,
        rest.answer_label,
        rest.group_by,
        rest.group_value,
        rest.group_label,
        rest.base_rule,
        rest.n_base,
        rest.share,
        rest.rest_n_base,
        rest.rest_n,
        case
            when not rest.suppressed and rest.rest_n_base >= survey.minimum_base and rest.rest_w_base > 0
                then rest.rest_w / rest.rest_w_base
        end as rest_share,
        100 * (rest.share - rest_share) as difference_points
    from rest
    cross join survey

)

select * from final
