with survey as (

    {{ weighed_survey() }}

),

questions as (

    select *
    from {{ source("raw", "questions") }}
    where has_options

),

strata as (

    select * from {{ ref("strata") }}

),

withheld as (

    select * from {{ source("disclosure", "withheld") }}

),

design as (

    {{ design() }}

),

bases as (

    -- every published base, with a number by which the large tables below are joined
    select
        bases.* exclude (margin_of_error, withheld, not_computed, w_base_in_full)
        replace (coalesce(bases.w_base_in_full, bases.w_base) as w_base),
        case when bases.withheld then bases.not_computed end as base_withheld_because,
        row_number() over (order by bases.question, bases.group_by, bases.group_value) as base_id
    from {{ ref("bases") }} as bases
    inner join questions on bases.question = questions.question
    where bases.is_published

),

sample_units as (

    {{ sample_units() }}

),

base_units as (

    {{ base_units() }}

),

listed as (

    -- the codebook's answers, and the blank of those whom the routing left out
    select
        question,
        position,
        answer,
        answer_label,
        kind
    from {{ source("raw", "answers") }}
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
        row_number() over (order by bases.base_id, named.position, named.answer, named.kind) as option_id
    from bases
    inner join named on bases.question = named.question
    where named.kind in ('net', 'none') or {{ is_in_base("named.kind", "bases.base_rule") }}

),

answer_units as (

    {{ answer_units("options", "option_id") }}

),

counted as (

    select
        option_id,
        sum(n)::bigint as n,
        sum(w_in_units) as w_in_units
    from answer_units
    group by option_id

),

shares as (

    select
        options.*,
        questions.takes_several and options.kind = 'valid' as is_mention,
        coalesce(counted.n, 0) as n,
        coalesce(counted.w_in_units, 0) as in_units,
        {{ weights("in_units") }} as w,
        coalesce(options.n_base < survey.minimum_base, true) as suppressed,
        case
            when suppressed or not options.w_base > 0 then null
            else w / options.w_base
        end as share
    from options
    cross join survey
    inner join questions on options.question = questions.question
    left join counted on options.option_id = counted.option_id
    where options.kind in ('valid', 'net') or counted.n > 0

),

deviations as (

    -- by stratum, the sum over the units of z = (w - share * w_base of the unit) / w_base, and of its square;
    -- of units that are single respondents both follow from the sums of their weights and squared weights
    select
        shares.option_id,
        base_units.stratum_id,
        {{ steady_sum("(coalesce(answer_units.w, 0) - shares.share * base_units.w) / shares.w_base") }} as z,
        {{ steady_sum(
            "case
                when survey.has_sampling_unit then (coalesce(answer_units.w, 0) - shares.share * base_units.w) ** 2
                else coalesce(answer_units.w2, 0) * (1 - 2 * shares.share) + shares.share ** 2 * base_units.w2
            end / shares.w_base ** 2"
        ) }} as z2
    from shares
    cross join survey
    inner join base_units on shares.base_id = base_units.base_id
    left join answer_units on shares.option_id = answer_units.option_id and base_units.unit_id = answer_units.unit_id
    where shares.share is not null
    group by shares.option_id, base_units.stratum_id

),

variances as (

    -- the units without anybody in the base have z = 0: they are in units and add nothing to the sums
    select
        deviations.option_id,
        {{ design_variance("deviations.z", "deviations.z2") }} as variance
    from deviations
    inner join strata on deviations.stratum_id = strata.stratum_id
    group by deviations.option_id

),

-- in three steps: DuckDB works out a column anew wherever its own step names it
spread_in_full as (

    select
        shares.*,
        {{ told_share("shares.share", "shares.n_base") }} as share_told,
        design.df,
        design.no_standard_error,
        not design.is_complex and (not design.has_wave or shares.group_by is not distinct from 'wave') as is_plain,
        case when is_plain then design.z else design.t end as quantile,
        shares.share <= 0 or shares.share >= 1 as is_certain,
        case
            when share_told is not null and design.no_standard_error is null
                -- below 1e-24 it is rounding: every unit has the share of all
                then case when is_certain or variances.variance < 1e-24 then 0 else sqrt(variances.variance) end
        end as se_in_full,
        -- the variance of the share in a simple random sample of as many; drawn without putting back where the
        -- universe is known, by the weights or by its number
        shares.share * (1 - shares.share) / nullif(shares.n_base - 1, 0)
        * case
            when design.weights_sum_to_universe then greatest((shares.w_base - shares.n_base) / shares.w_base, 0)
            else design.part_not_drawn
        end as simple_variance
    from shares
    cross join survey
    cross join design
    left join variances on shares.option_id = variances.option_id

),

-- from here on as they are told
spread_told as (

    select
        spread_in_full.*,
        {{ told_spread("spread_in_full.se_in_full", "spread_in_full.n_base") }} as se,
        case when not is_certain then se_in_full ** 2 / nullif(simple_variance, 0) end as deff_in_full,
        {{ told_spread("deff_in_full", "spread_in_full.n_base") }} as deff
    from spread_in_full
    cross join survey

),

spread as (

    select
        *,
        quantile * nullif(se, 0) as margin_of_error,
        case
            when n_base = 0 or w_base is null then 'nobody in the base'
            when w_base <= 0 then 'the weights of the base sum to 0'
            when suppressed then 'base below the minimum'
            when share_told is null then 'too few respondents beside withheld counts'
            when no_standard_error is not null then no_standard_error
            when df <= 0 then 'no degrees of freedom'
            when is_certain then 'a share of 0 or 1 has no margin of error and no design effect'
            when se = 0 then 'a standard error of 0 has no margin of error and no effective size'
            when deff is null then 'the weights of the base sum to no more than its respondents'
        end as not_computed
    from spread_told

),

final as (

    select
        spread.survey,
        spread.generation,
        spread.provenance,
        spread.question,
        spread.position,
        spread.answer,
        spread.answer_label,
        spread.kind,
        spread.group_by,
        spread.group_value,
        spread.base_id,
        spread.base_rule,
        spread.n_base,
        spread.n,
        spread.w_base,
        spread.w,
        spread.share_told as share,
        case when spread.is_mention then sum(spread.n) filter (spread.is_mention) over same_question end::bigint
            as n_mentions,
        case
            when spread.is_mention and not spread.suppressed
                then
                    {{ told_share(
                        "(spread.in_units / nullif(sum(spread.in_units) filter (spread.is_mention) over same_question, 0))",
                        "spread.n_base"
                    ) }}
        end as share_of_mentions,
        spread.se,
        spread.margin_of_error,
        spread.deff,
        spread.n_base / nullif(spread.deff, 0) as n_eff,
        spread.n_kish,
        spread.df,
        spread.is_plain,
        spread.suppressed,
        spread.not_computed,
        withheld.reason as withheld_because,
        spread.base_withheld_because,
        min(withheld.reason) over same_question as answers_withheld_because
    from spread
    cross join survey
    left join withheld
        on
            spread.question = withheld.question
            and spread.answer = withheld.answer
            and spread.kind = withheld.kind
            and spread.group_by is not distinct from withheld.group_by
            and spread.group_value is not distinct from withheld.group_value
    window same_question as (partition by spread.base_id)

)

select * from final
{{ in_order() }}
