with survey as (

    select * from {{ source("raw", "survey") }}

),

questions as (

    select *
    from {{ source("raw", "questions") }}
    where has_options

),

answers as (

    select * from {{ source("raw", "answers") }}

),

tallies as (

    select * from {{ ref("tallies") }}

),

respondents as (

    select * from {{ ref("respondents") }}

),

strata as (

    select * from {{ ref("strata") }}

),

withheld as (

    select * from {{ source("disclosure", "withheld") }}

),

bases as (

    -- every published base, with a number by which the large tables below are joined
    select
        bases.* exclude (margin_of_error, not_computed),
        row_number() over (order by bases.question, bases.group_by, bases.group_value) as base_id
    from {{ ref("bases") }} as bases
    inner join questions on bases.question = questions.question
    where bases.is_published

),

sample_units as (

    -- the whole sample stands in the tallies of every question
    select
        stratum,
        sampling_unit,
        row_number() over (order by stratum, sampling_unit) as unit_id
    from respondents
    where group_by is null and question = (select min(all_questions.question) from respondents as all_questions)
    group by stratum, sampling_unit

),

design as (

    select
        any_value(strata.df) as df,
        any_value(strata.lone_unit) as lone_unit,
        any_value(strata.weights_sum_to_universe) as weights_sum_to_universe,
        any_value(survey.weighted or survey.has_stratum or survey.has_sampling_unit) or count(strata.population) > 0
            as is_complex,
        coalesce(any_value(survey.has_wave), false) as has_wave,
        -- of a simple random sample whose universe is counted: the part of it that was not drawn
        case
            when any_value(survey.has_stratum or survey.has_sampling_unit) then 1
            else greatest(1 - coalesce(sum(strata.units) / sum(strata.population), 0), 0)
        end as part_not_drawn,
        normal_quantile((1 + {{ confidence_level() }}) / 2) as z,
        t_quantile((1 + {{ confidence_level() }}) / 2, any_value(strata.df) filter (strata.df > 0)::double) as t
    from strata
    cross join survey

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
    where asked_if_question is not null or (wave is not null and (select survey.has_wave from survey))
    union
    select
        question,
        1000000 + position as position,
        net as answer,
        net_label as answer_label,
        'net' as kind
    from {{ source("raw", "nets") }}
    union
    select
        question,
        999999 as position,
        '' as answer,
        'None of these' as answer_label,
        'none' as kind
    from questions
    where takes_several

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

options as (

    -- every row that a table could have
    select
        bases.*,
        named.answer,
        named.kind,
        named.position,
        named.answer_label,
        row_number() over (order by bases.base_id, named.position, named.answer, named.kind) as row_id
    from bases
    inner join named on bases.question = named.question

),

answer_units as (

    select
        options.row_id,
        sample_units.unit_id,
        tallies.n,
        tallies.w,
        tallies.w2
    from tallies
    inner join options
        on
            tallies.question = options.question
            and tallies.answer = options.answer
            and tallies.kind = options.kind
            and tallies.group_by is not distinct from options.group_by
            and tallies.group_value is not distinct from options.group_value
    inner join sample_units
        on
            tallies.stratum is not distinct from sample_units.stratum
            and tallies.sampling_unit is not distinct from sample_units.sampling_unit

),

counted as (

    select
        row_id,
        sum(n)::bigint as n,
        sum(w) as w
    from answer_units
    group by row_id

),

shares as (

    select
        options.*,
        questions.takes_several and options.kind = 'valid' as is_mention,
        coalesce(counted.n, 0) as n,
        coalesce(counted.w, 0.0) as w,
        coalesce(options.n_base < survey.minimum_base, true) as suppressed,
        case
            when suppressed or not options.w_base > 0 then null
            when counted.n = options.n_base then 1.0::double -- the two sums of weights may differ in their last digit
            else coalesce(counted.w, 0.0) / options.w_base
        end as share
    from options
    cross join survey
    inner join questions on options.question = questions.question
    left join counted on options.row_id = counted.row_id
    where
        options.kind in ('valid', 'net')
        or (
            counted.n > 0
            and (
                options.kind = 'none'
                or options.base_rule = 'all'
                or (options.base_rule = 'routed' and options.kind <> 'not_asked')
            )
        )

),

base_units as (

    -- the base of every question and group, by sampling unit
    select
        bases.base_id,
        sample_units.unit_id,
        any_value(sample_units.stratum) as stratum,
        sum(respondents.w) as w,
        sum(respondents.w2) as w2
    from respondents
    inner join bases
        on
            respondents.question = bases.question
            and respondents.group_by is not distinct from bases.group_by
            and respondents.group_value is not distinct from bases.group_value
    inner join sample_units
        on
            respondents.stratum is not distinct from sample_units.stratum
            and respondents.sampling_unit is not distinct from sample_units.sampling_unit
    where {{ is_in_base("respondents.kind", "bases.base_rule") }}
    group by bases.base_id, sample_units.unit_id

),

deviations as (

    -- by stratum, the sum over the units of z = (w - share * w_base of the unit) / w_base, and of its square;
    -- of units that are single respondents both follow from the sums of their weights and squared weights
    select
        shares.row_id,
        base_units.stratum,
        sum(coalesce(answer_units.w, 0) - shares.share * base_units.w) / any_value(shares.w_base) as z,
        sum(
            case
                when survey.has_sampling_unit then (coalesce(answer_units.w, 0) - shares.share * base_units.w) ** 2
                else coalesce(answer_units.w2, 0) * (1 - 2 * shares.share) + shares.share ** 2 * base_units.w2
            end
        ) / any_value(shares.w_base) ** 2 as z2
    from shares
    cross join survey
    inner join base_units on shares.base_id = base_units.base_id
    left join answer_units on shares.row_id = answer_units.row_id and base_units.unit_id = answer_units.unit_id
    where shares.share is not null
    group by shares.row_id, base_units.stratum

),

variances as (

    -- the units without anybody in the base have z = 0: they are in units and add nothing to the sums
    select
        deviations.row_id,
        {{ design_variance("deviations.z", "deviations.z2") }} as variance
    from deviations
    inner join strata on deviations.stratum is not distinct from strata.stratum
    group by deviations.row_id

),

spread as (

    select
        shares.*,
        design.df,
        not design.is_complex and (not design.has_wave or shares.group_by is not distinct from 'wave') as is_plain,
        shares.share <= 0 or shares.share >= 1 as is_certain,
        case
            when shares.share is not null and design.lone_unit is null
                -- below 1e-24 it is rounding: every unit has the share of all
                then case when is_certain or variances.variance < 1e-24 then 0 else sqrt(variances.variance) end
        end as se,
        case when is_plain then design.z else design.t end * nullif(se, 0) as margin_of_error,
        -- the variance of the share in a simple random sample of as many; drawn without putting back where the
        -- universe is known, by the weights or by its number
        shares.share * (1 - shares.share) / nullif(shares.n_base - 1, 0)
        * case
            when design.weights_sum_to_universe then greatest((shares.w_base - shares.n_base) / shares.w_base, 0)
            else design.part_not_drawn
        end as simple_variance,
        case when not is_certain then se ** 2 / nullif(simple_variance, 0) end as deff,
        case
            when shares.n_base = 0 or shares.w_base is null or shares.w_base <= 0 then 'nobody in the base'
            when shares.suppressed then 'base below the minimum'
            when design.lone_unit is not null then design.lone_unit
            when design.df <= 0 then 'no degrees of freedom'
            when is_certain then 'a share of 0 or 1 has no margin of error and no design effect'
            when se = 0 then 'a standard error of 0 has no margin of error and no effective size'
            when deff is null then 'the weights of the base sum to no more than its respondents'
        end as not_computed
    from shares
    cross join design
    left join variances on shares.row_id = variances.row_id

),

shown as (

    -- what is withheld is a blank with its reason, and so is all that would tell it
    select
        spread.* replace (
            case when withheld.question is null then spread.n end as n,
            case when withheld.question is null then spread.w end as w,
            case when withheld.question is null then spread.share end as share,
            case when withheld.question is null then spread.se end as se,
            case when withheld.question is null then spread.margin_of_error end as margin_of_error,
            case when withheld.question is null then spread.deff end as deff,
            case when withheld.question is null then spread.n_kish end as n_kish,
            case when withheld.question is null then spread.not_computed else 'withheld: too few respondents' end
                as not_computed
        ),
        withheld.question is not null as is_withheld
    from spread
    left join withheld
        on
            spread.question = withheld.question
            and spread.answer = withheld.answer
            and spread.kind = withheld.kind
            and spread.group_by is not distinct from withheld.group_by
            and spread.group_value is not distinct from withheld.group_value

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
        case
            when is_mention and not bool_or(is_withheld) over same_question
                then sum(n) filter (is_mention) over same_question
        end::bigint as n_mentions,
        case
            when is_mention and not suppressed and not bool_or(is_withheld) over same_question
                then w / nullif(sum(w) filter (is_mention) over same_question, 0)
        end as share_of_mentions,
        se,
        margin_of_error,
        deff,
        n_base / nullif(deff, 0) as n_eff,
        n_kish,
        df,
        is_plain,
        suppressed,
        is_withheld as withheld,
        not_computed
    from shown
    window same_question as (partition by base_id)

)

select * from final
