with survey as (

    {{ weighed_survey() }}

),

questions as (

    select * from {{ source("raw", "questions") }}

),

strata as (

    select * from {{ ref("strata") }}

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
        sum(w) as w,
        sum(w2) as w2
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
        coalesce(sum(w) filter (where kind = 'valid'), 0) as w_answered,
        sum(w2) filter (where kind = 'valid') as w2_answered,
        coalesce(sum(n) filter (where kind <> 'not_asked'), 0)::bigint as n_routed,
        coalesce(sum(w) filter (where kind <> 'not_asked'), 0) as w_routed,
        sum(w2) filter (where kind <> 'not_asked') as w2_routed,
        sum(n)::bigint as n_all,
        sum(w) as w_all,
        sum(w2) as w2_all
    from respondents
    group by all

),

long as (

    select
        *,
        'answered' as base_rule,
        n_answered as n_base,
        w_answered as w_base,
        w2_answered as w2_base
    from wide
    union all
    select
        *,
        'routed' as base_rule,
        n_routed as n_base,
        w_routed as w_base,
        w2_routed as w2_base
    from wide
    union all
    select
        *,
        'all' as base_rule,
        n_all as n_base,
        w_all as w_base,
        w2_all as w2_base
    from wide
    union all
    -- those asked who did not respond have no weight, and nobody knows their group
    select
        wide.*,
        'asked' as base_rule,
        survey.asked as n_base,
        case when not survey.weighted then survey.asked end as w_base,
        w_base as w2_base
    from wide
    cross join survey
    where wide.group_by is null and survey.asked is not null

),

withheld_bases as (

    select * from {{ source("disclosure", "withheld_bases") }}

),

universe as (

    -- of a simple random sample whose universe is counted: how many each respondent stands for
    select
        case
            when not any_value(survey.has_stratum or survey.has_sampling_unit)
                then {{ sum_in_order("strata.population") }}
        end as size,
        size / sum(strata.units) as per_respondent
    from strata
    cross join survey

),

measured as (

    select
        long.* exclude (w_base),
        {{ weights("long.w_base") }} as w_in_base,
        w_in_base ** 2 / nullif({{ squared_weights("long.w2_base") }}, 0) as n_kish,
        -- of the universe, as many as this base stands for; a wave is a sample of its own
        case
            when universe.size is null then null
            when long.base_rule = 'asked' then universe.size
            else long.n_base * coalesce(strata.population / strata.units, universe.per_respondent)
        end as universe_base
    from long
    cross join universe
    cross join survey
    left join strata on long.group_by = 'wave' and long.group_value = strata.stratum

),

final as (

    select
        measured.survey,
        measured.generation,
        survey.provenance,
        measured.question,
        questions.position as question_position,
        measured.group_by,
        measured.group_value,
        measured.base_rule,
        measured.n_base,
        measured.w_in_base as w_base,
        measured.n_kish,
        measured.w_in_base as w_base_in_full,
        case
            when survey.no_sampling_error is null
                then
                    {{ quantile_of_polls() }} * sqrt(
                        0.25 / measured.n_kish
                        * case
                            when measured.universe_base is null then 1
                            when measured.universe_base <= greatest(measured.n_base, 1) then 0
                            else (measured.universe_base - measured.n_base) / (measured.universe_base - 1)
                        end
                    )
        end as margin_in_full,
        {{ told_spread("margin_in_full", "measured.n_base") }} as margin_of_error,
        measured.base_rule = questions.base_rule as is_published,
        case
            when measured.w_in_base is null then 'those asked who did not respond have no weight'
            when measured.n_kish is null then 'nobody in the base'
            when survey.no_sampling_error is not null then survey.no_sampling_error
            when survey.weighted and survey.coarse_by is not null then 'weights are not told beside withheld counts'
        end as not_computed,
        withheld_bases.reason as withheld_because
    from measured
    cross join survey
    inner join questions on measured.question = questions.question
    left join withheld_bases
        on
            measured.question = withheld_bases.question
            and measured.base_rule = withheld_bases.base_rule
            and measured.group_by is not distinct from withheld_bases.group_by
            and measured.group_value is not distinct from withheld_bases.group_value

)

{{ masked("final") }}
