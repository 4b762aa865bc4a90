with survey as (

    select
        *,
        not weighted and not has_stratum and not has_sampling_unit as is_plain
    from {{ source("raw", "survey") }}

),

questions as (

    select *
    from {{ source("raw", "questions") }}
    where type in ('single', 'multiple')

),

answers as (

    select * from {{ source("raw", "answers") }}

),

bases as (

    select *
    from {{ ref("bases") }}
    where is_published

),

tallies as (

    select * from {{ ref("tallies") }}

),

respondents as (

    select * from {{ ref("respondents") }}

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
    from tallies
    group by all

),

listed as (

    -- the codebook's answers, and the blank of those whom the routing left out
    select
        question,
        position,
        answer,
        answer_label,
        kind
    from answers
    union
    select
        question,
        2147483647 as position,
        '' as answer,
        'Not asked' as answer_label,
        'not_asked' as kind
    from questions
    where asked_if_question is not null

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

shares as (

    select
        bases.survey,
        bases.generation,
        bases.provenance,
        named.question,
        named.position,
        named.answer,
        named.answer_label,
        named.kind,
        bases.group_by,
        bases.group_value,
        bases.base_rule,
        bases.n_base,
        coalesce(counted.n, 0) as n,
        bases.w_base,
        coalesce(counted.w, 0.0) as w,
        bases.n_base < survey.minimum_base as suppressed,
        case
            when suppressed or not bases.w_base > 0 then null
            when counted.n = bases.n_base then 1.0::double -- the two sums of weights may differ in their last digit
            else coalesce(counted.w, 0.0) / bases.w_base
        end as share
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
    where
        named.kind = 'valid'
        or (
            counted.n > 0
            and (bases.base_rule = 'all' or (bases.base_rule = 'routed' and named.kind <> 'not_asked'))
        )

),

base_units as (

    -- the base of every question and group, by sampling unit
    select
        respondents.question,
        respondents.group_by,
        respondents.group_value,
        respondents.stratum,
        respondents.sampling_unit,
        sum(respondents.w) as w,
        sum(respondents.w2) as w2
    from respondents
    inner join questions on respondents.question = questions.question
    where
        respondents.kind = 'valid'
        or questions.base_rule = 'all'
        or (questions.base_rule = 'routed' and respondents.kind <> 'not_asked')
    group by all

),

kish as (

    select
        question,
        group_by,
        group_value,
        sum(w) ** 2 / nullif(sum(w2), 0) as n_kish
    from base_units
    group by all

),

sample_units as (

    -- the whole sample stands in the tallies of every question: whom the routing left out is there too
    select
        stratum,
        sampling_unit,
        sum(n) as n
    from respondents
    where group_by is null and question = (select min(questions.question) from questions)
    group by all

),

strata as (

    -- how many sampling units the sample has in each stratum; without sampling units every respondent is one
    select
        sample_units.stratum,
        case when any_value(survey.has_sampling_unit) then count(*) else sum(sample_units.n) end::bigint as units
    from sample_units
    cross join survey
    group by sample_units.stratum

),

design as (

    select
        (sum(strata.units) - count(*))::bigint as df,
        case
            when count(*) filter (strata.units = 1) > 0
                then
                    case when any_value(survey.has_sampling_unit) then 'one sampling unit' else 'one respondent' end
                    || coalesce(' in stratum ' || min(strata.stratum) filter (strata.units = 1), ' in the sample')
        end as lone_unit
    from strata
    cross join survey

),

deviations as (

    -- by stratum, the sum over the units of z = (w - share * w_base of the unit) / w_base, and of its square;
    -- of units that are single respondents both follow from the sums of their weights and squared weights
    select
        shares.question,
        shares.answer,
        shares.kind,
        shares.group_by,
        shares.group_value,
        base_units.stratum,
        sum(coalesce(tallies.w, 0) - shares.share * base_units.w) / any_value(shares.w_base) as z,
        sum(
            case
                when survey.has_sampling_unit then (coalesce(tallies.w, 0) - shares.share * base_units.w) ** 2
                else coalesce(tallies.w2, 0) * (1 - 2 * shares.share) + shares.share ** 2 * base_units.w2
            end
        ) / any_value(shares.w_base) ** 2 as z2
    from shares
    cross join survey
    inner join base_units
        on
            shares.question = base_units.question
            and shares.group_by is not distinct from base_units.group_by
            and shares.group_value is not distinct from base_units.group_value
    left join tallies
        on
            shares.question = tallies.question
            and shares.answer = tallies.answer
            and shares.kind = tallies.kind
            and shares.group_by is not distinct from tallies.group_by
            and shares.group_value is not distinct from tallies.group_value
            and base_units.stratum is not distinct from tallies.stratum
            and base_units.sampling_unit is not distinct from tallies.sampling_unit
    where shares.share is not null
    group by all

),

variances as (

    -- the units without anybody in the base have z = 0: they are in units and add nothing to the sums
    select
        deviations.question,
        deviations.answer,
        deviations.kind,
        deviations.group_by,
        deviations.group_value,
        sum(
            strata.units
            / nullif(strata.units - 1, 0)
            * greatest(deviations.z2 - deviations.z ** 2 / strata.units, 0)
        ) as variance
    from deviations
    inner join strata on deviations.stratum is not distinct from strata.stratum
    group by all

),

spread as (

    select
        shares.*,
        kish.n_kish,
        design.df,
        survey.is_plain,
        shares.share <= 0 or shares.share >= 1 as is_certain,
        case
            when shares.share is not null and design.lone_unit is null
                then case when is_certain then 0 else sqrt(variances.variance) end
        end as se,
        -- the variance of the share in a simple random sample of as many; drawn without putting back from a universe
        -- of w_base, where the weights sum to one
        shares.share * (1 - shares.share) / nullif(shares.n_base - 1, 0)
        * case
            when survey.weighted and shares.w_base >= 2 * shares.n_base
                then (shares.w_base - shares.n_base) / shares.w_base
            else 1
        end as simple_variance,
        case
            when shares.n_base = 0 or shares.w_base is null or shares.w_base <= 0 then 'nobody in the base'
            when shares.suppressed then 'base below the minimum'
            when design.lone_unit is not null then design.lone_unit
            when design.df <= 0 then 'no degrees of freedom'
            when is_certain then 'a share of 0 or 1 has no design effect'
        end as not_computed
    from shares
    cross join survey
    cross join design
    left join kish
        on
            shares.question = kish.question
            and shares.group_by is not distinct from kish.group_by
            and shares.group_value is not distinct from kish.group_value
    left join variances
        on
            shares.question = variances.question
            and shares.answer = variances.answer
            and shares.kind = variances.kind
            and shares.group_by is not distinct from variances.group_by
            and shares.group_value is not distinct from variances.group_value

),

final as (

    select
        survey,
        generation,
        provenance,
        question,
        position,
        answer,
        answer_label,
        kind,
        group_by,
        group_value,
        base_rule,
        n_base,
        n,
        w_base,
        w,
        share,
        se,
        case when not is_certain then se ** 2 / simple_variance end as deff,
        n_base / nullif(deff, 0) as n_eff,
        n_kish,
        df,
        is_plain,
        suppressed,
        not_computed
    from spread

)

select * from final
