with survey as (

    {{ weighed_survey() }}

),

answers as (

    select * from {{ source("raw", "answers") }}

),

scored as (

    select distinct question
    from answers
    where score is not null

),

questions as (

    -- what is a number: a quantity, and an option that has a score
    select
        *,
        is_number as is_quantity,
        case when is_quantity then list_distinct(quantiles) else [0.5::double] end as probabilities
    from {{ source("raw", "questions") }}
    where is_quantity or question in (select scored.question from scored)

),

withheld as (

    -- a question's numbers by a group go with any count of theirs: a mean of scores would tell it
    select
        question,
        group_by,
        group_value,
        min(reason) as reason
    from {{ source("disclosure", "withheld") }}
    group by question, group_by, group_value

),

group_names as (

    {{ group_names() }}

),

cells as (

    -- the whole sample and every group, by a number that joins take less time over than over three words
    select
        bases.survey,
        bases.generation,
        bases.provenance,
        bases.question,
        bases.group_by,
        bases.group_value,
        questions.is_quantity,
        questions.probabilities,
        row_number() over (order by bases.question, bases.group_by, bases.group_value) as cell
    from {{ ref("bases") }} as bases
    inner join questions on bases.question = questions.question
    where bases.base_rule = 'answered'

),

numbers as (

    select
        cells.cell,
        given.value,
        given.stratum,
        given.sampling_unit,
        given.n,
        given.w as w_in_units,
        {{ weights("given.w") }} as w,
        {{ squared_weights("given.w2") }} as w2
    from {{ ref("values") }} as given
    cross join survey
    inner join cells
        on
            given.question = cells.question
            and given.group_by is not distinct from cells.group_by
            and given.group_value is not distinct from cells.group_value

),

bases as (

    -- numbers count as parts of a power of two near the largest, so that none is too large to be squared, and sums of
    -- weights times numbers, and of squares of these, in units that follow from the base
    select
        numbers.cell,
        sum(numbers.n)::bigint as n_base,
        {{ weights("sum(numbers.w_in_units)") }} as w_base,
        min(numbers.value) = max(numbers.value) as are_alike,
        max(abs(numbers.value)) as largest,
        case when largest > 0 then 2 ** floor(log2(largest)) else 1 end as scale,
        case when w_base > 0 then 2 ** (floor(log2(w_base)) - 96) end as unit,
        case when w_base > 0 then 2 ** (2 * floor(log2(w_base)) - 96) end as square_unit
    from numbers
    cross join survey
    group by numbers.cell, survey.w_unit

),

scaled as (

    select
        numbers.* replace (numbers.value / bases.scale as value),
        bases.* exclude (cell)
    from numbers
    inner join bases on numbers.cell = bases.cell

),

sums as (

    -- the mean of numbers that are all the same is that number, to its last digit
    select
        cell,
        any_value(n_base) as n_base,
        any_value(w_base) as w_base,
        any_value(scale) as scale,
        any_value(unit) as unit,
        any_value(square_unit) as square_unit,
        {{ steady_sum("w * value", "unit") }} as total,
        case when any_value(are_alike) then any_value(value) else total / any_value(w_base) end as mean
    from scaled
    group by cell

),

spread as (

    select
        scaled.cell,
        {{ steady_sum("scaled.w * (scaled.value - sums.mean) ** 2", "scaled.unit") }} / any_value(sums.w_base)
            as variance,
        any_value(sums.n_base) / nullif(any_value(sums.n_base) - 1, 0) as freed
    from scaled
    inner join sums on scaled.cell = sums.cell
    where sums.w_base > 0
    group by scaled.cell

),

distribution as (

    select
        cell,
        value,
        sum(w_in_units) as w
    from numbers
    group by cell, value

),

cumulated as (

    select
        cell,
        value,
        sum(w) over (partition by cell order by value) as w_up_to
    from distribution

),

shares as (

    -- the share at or below each number
    select
        cell,
        value,
        w_up_to / nullif(max(w_up_to) over (partition by cell), 0) as share
    from cumulated

),

wanted as (

    select
        cell,
        unnest(probabilities) as p
    from cells

),

quantiles as (

    -- the smallest number with at least a share of p at or below it; a share may miss p by its last digit
    select
        wanted.cell,
        wanted.p,
        min(shares.value) as quantile,
        min(shares.share) as share
    from wanted
    inner join shares on wanted.cell = shares.cell and shares.share >= wanted.p - 1e-12
    group by wanted.cell, wanted.p

),

listed as (

    select
        cell,
        unnest(
            case
                when is_quantity then ['total', 'mean', 'standard_deviation'] else ['mean', 'standard_deviation']
            end
        ) as statistic,
        null::double as p
    from cells
    union all
    select
        cell,
        'quantile' as statistic,
        p
    from wanted

),

estimates as (

    -- `divisor` is what the deviations of the statistic are still to be divided by
    select
        cells.* exclude (is_quantity, probabilities),
        listed.statistic,
        listed.p,
        row_number() over (order by listed.cell, listed.statistic, listed.p) as estimate_number,
        coalesce(sums.n_base, 0) as n_base,
        coalesce(sums.w_base, 0.0) as w_base,
        case when listed.statistic = 'quantile' then 1 else sums.scale end as scale,
        sums.unit,
        sums.square_unit,
        sums.mean,
        spread.variance,
        spread.freed,
        quantiles.share,
        coalesce(sums.n_base, 0) < survey.minimum_base as suppressed,
        case
            when suppressed or not coalesce(sums.w_base > 0, false) then null
            when listed.statistic = 'total' then sums.total * sums.scale
            when listed.statistic = 'mean' then sums.mean * sums.scale
            when listed.statistic = 'standard_deviation' then sqrt(spread.variance * spread.freed) * sums.scale
            else quantiles.quantile
        end as estimate,
        case listed.statistic
            when 'total' then 1.0
            when 'standard_deviation' then 2 * sqrt(spread.variance * spread.freed) * sums.w_base
            else sums.w_base
        end as divisor
    from listed
    cross join survey
    inner join cells on listed.cell = cells.cell
    left join sums on listed.cell = sums.cell
    left join spread on listed.cell = spread.cell
    left join quantiles on listed.cell = quantiles.cell and listed.p = quantiles.p

),

deviations as (

    -- what each number adds to the linearised statistic
    select
        estimates.estimate_number,
        estimates.unit,
        estimates.square_unit,
        scaled.stratum,
        scaled.sampling_unit,
        scaled.w,
        scaled.w2,
        case estimates.statistic
            when 'total' then scaled.value
            when 'mean' then scaled.value - estimates.mean
            when 'standard_deviation'
                then estimates.freed * ((scaled.value - estimates.mean) ** 2 - estimates.variance)
            when 'quantile' then (scaled.value * scaled.scale <= estimates.estimate)::integer - estimates.share
        end as deviation
    from scaled
    inner join estimates on scaled.cell = estimates.cell
    where estimates.estimate is not null

),

by_unit as (

    select
        estimate_number,
        stratum,
        sampling_unit,
        any_value(square_unit) as square_unit,
        {{ steady_sum("w * deviation", "unit") }} as z,
        {{ steady_sum("w2 * deviation ** 2", "square_unit") }} as z2,
        any_value(unit) as unit
    from deviations
    group by estimate_number, stratum, sampling_unit

),

by_stratum as (

    -- without sampling units every respondent is one
    select
        by_unit.estimate_number,
        by_unit.stratum,
        any_value(by_unit.square_unit) as square_unit,
        {{ steady_sum("by_unit.z", "by_unit.unit") }} as z,
        {{ steady_sum(
            "case when survey.has_sampling_unit then by_unit.z ** 2 else by_unit.z2 end", "by_unit.square_unit"
        ) }} as z2
    from by_unit
    cross join survey
    group by by_unit.estimate_number, by_unit.stratum

),

strata as (

    select * from {{ ref("strata") }}

),

design as (

    {{ design() }}

),

variances as (

    -- units without a number have z = 0: they are in units and add nothing to the sums; what is left where sums cancel
    -- is rounding
    select
        by_stratum.estimate_number,
        {{ design_variance("by_stratum.z", "by_stratum.z2", "by_stratum.square_unit") }} as variance_or_rounding,
        {{ steady_sum("strata.factor * by_stratum.z2", "by_stratum.square_unit") }} as squares,
        case when variance_or_rounding > 1e-12 * squares then variance_or_rounding else 0 end as variance
    from by_stratum
    inner join strata on by_stratum.stratum is not distinct from strata.stratum
    group by by_stratum.estimate_number

),

linearised as (

    -- of a quantile, se_linear is that of the share at or below it; of the others in parts of the scale
    select
        estimates.* replace ({{ told_number("estimates") }} as estimate),
        design.df,
        design.t,
        case
            when design.weights_sum_to_universe then greatest(1 - estimates.n_base / estimates.w_base, 0)
            else design.part_not_drawn
        end as part,
        case
            when design.no_standard_error is not null then null
            when variances.variance = 0 then 0
            else sqrt(variances.variance) / estimates.divisor
        end as se_in_full,
        {{ told_spread("se_in_full", "estimates.n_base") }} as se_linear,
        case
            when estimates.n_base > 0 and estimates.w_base = 0 then 'the weights of the base sum to 0'
            when not estimates.w_base > 0 then 'nobody in the base'
            when estimates.suppressed then 'base below the minimum'
            when estimates.estimate is null then 'a single number has no spread'
            when design.no_standard_error is not null then design.no_standard_error
            when design.df <= 0 then 'no degrees of freedom'
            when se_linear = 0 and estimates.statistic = 'quantile' then 'the share at or below it has no spread'
            when se_linear = 0 then 'a standard error of 0 has no width'
        end as no_interval
    from estimates
    cross join survey
    cross join design
    left join variances on estimates.estimate_number = variances.estimate_number

),

reaches as (

    select
        estimate_number,
        cell,
        share - t * se_linear as share_low,
        share + t * se_linear as share_high
    from linearised
    where statistic = 'quantile' and no_interval is null

),

woodruff as (

    -- the interval of the share at or below the quantile, read back as numbers; beyond 0 and 1 there is none
    select
        reaches.estimate_number,
        min(shares.value) filter (reaches.share_low >= 0 and shares.share >= reaches.share_low - 1e-12) as low,
        min(shares.value) filter (reaches.share_high <= 1 and shares.share >= reaches.share_high - 1e-12) as high
    from reaches
    inner join shares on reaches.cell = shares.cell
    group by reaches.estimate_number

),

bounds as (

    select
        linearised.*,
        linearised.statistic = 'quantile' as is_quantile,
        -- of a mean, over its variance in a simple random sample of as many; drawn without putting back where the
        -- universe is known, by the weights or by its number
        case
            when linearised.statistic = 'mean'
                then
                    linearised.se_in_full ** 2 * (linearised.n_base - 1)
                    / nullif(linearised.variance * linearised.part, 0)
        end as deff_in_full,
        {{ told_spread("deff_in_full", "linearised.n_base") }} as deff,
        case
            when linearised.no_interval is not null then null
            when is_quantile then woodruff.low
            else linearised.estimate - linearised.t * linearised.se_linear * linearised.scale
        end as ci_low,
        case
            when linearised.no_interval is not null then null
            when is_quantile then woodruff.high
            else linearised.estimate + linearised.t * linearised.se_linear * linearised.scale
        end as ci_high
    from linearised
    cross join survey
    left join woodruff on linearised.estimate_number = woodruff.estimate_number

),

final as (

    select
        bounds.survey,
        bounds.generation,
        bounds.provenance,
        bounds.question,
        questions.position as question_position,
        questions.question_text,
        bounds.statistic,
        bounds.p,
        case
            when bounds.p = 0.5 then 'Median'
            when bounds.is_quantile then 'Quantile ' || bounds.p
            else upper(bounds.statistic[1]) || replace(bounds.statistic[2:], '_', ' ')
        end as statistic_label,
        bounds.group_by,
        bounds.group_value,
        group_names.answer_label as group_label,
        bounds.n_base,
        bounds.w_base,
        bounds.estimate,
        case
            when bounds.is_quantile then (bounds.ci_high - bounds.ci_low) / (2 * bounds.t)
            else bounds.se_linear * bounds.scale
        end as se,
        bounds.deff,
        bounds.df,
        bounds.ci_low,
        bounds.ci_high,
        case when bounds.is_quantile then 'woodruff' else 't' end as ci_method,
        bounds.suppressed,
        coalesce(
            bounds.no_interval,
            case
                when bounds.ci_low is null or bounds.ci_high is null
                    then 'the interval reaches beyond the numbers given'
                when bounds.statistic = 'mean' and bounds.deff is null
                    then 'the weights of the base sum to no more than its respondents'
            end
        ) as not_computed,
        withheld.reason as withheld_because
    from bounds
    inner join questions on bounds.question = questions.question
    left join group_names
        on bounds.group_by = group_names.question and bounds.group_value = group_names.answer
    left join withheld
        on
            bounds.question = withheld.question
            and bounds.group_by is not distinct from withheld.group_by
            and bounds.group_value is not distinct from withheld.group_value

)

{{ masked("final") }}
