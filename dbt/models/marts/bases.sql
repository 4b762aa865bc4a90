with survey as (

    select * from {{ source("raw", "survey") }}

),

questions as (

    select * from {{ source("raw", "questions") }}

),

respondents as (

    select
        survey,
        generation,
        question,
        kind,
        group_by,
        group_value,
        sum(n)::bigint as n,
        sum(w) as w
    from {{ ref("respondents") }}
    group by all

),

wide as (

    select
        survey,
        generation,
        question,
        group_by,
        group_value,
        coalesce(sum(n) filter (where kind = 'valid'), 0)::bigint as n_answered,
        coalesce(sum(w) filter (where kind = 'valid'), 0.0) as w_answered,
        coalesce(sum(n) filter (where kind <> 'not_asked'), 0)::bigint as n_routed,
        coalesce(sum(w) filter (where kind <> 'not_asked'), 0.0) as w_routed,
        sum(n)::bigint as n_all,
        sum(w) as w_all
    from respondents
    group by all

),

long as (

    select
        *,
        'answered' as base_rule,
        n_answered as n_base,
        w_answered as w_base
    from wide
    union all
    select
        *,
        'routed' as base_rule,
        n_routed as n_base,
        w_routed as w_base
    from wide
    union all
    select
        *,
        'all' as base_rule,
        n_all as n_base,
        w_all as w_base
    from wide
    union all
    -- those asked who did not respond have no weight, and nobody knows their group
    select
        wide.*,
        'asked' as base_rule,
        survey.asked as n_base,
        case when not survey.weighted then survey.asked::double end as w_base
    from wide
    cross join survey
    where wide.group_by is null and survey.asked is not null

),

final as (

    select
        long.survey,
        long.generation,
        survey.provenance,
        long.question,
        long.group_by,
        long.group_value,
        long.base_rule,
        long.n_base,
        long.w_base,
        long.base_rule = questions.base_rule as is_published
    from long
    cross join survey
    inner join questions on long.question = questions.question

)

select * from final
