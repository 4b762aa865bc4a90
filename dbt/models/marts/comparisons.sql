with survey as (

    {{ weighed_survey() }}

),

questions as (

    select * from {{ source("raw", "questions") }}

),

estimates as (

    select * from {{ ref("estimates") }}

),

strata as (

    select * from {{ ref("strata") }}

),

places as (

    -- those that are compared, in the codebook's order; who gave no answer to the group question is of none
    {{ group_places() }}

),

design as (

    {{ design() }}

),

bases as (

    -- of the whole sample and of every group that is compared
    select
        estimates.base_id,
        estimates.question,
        estimates.group_by,
        estimates.group_value,
        places.group_label,
        places.group_position,
        any_value(estimates.base_rule) as base_rule,
        any_value(estimates.n_base) as n_base,
        any_value(estimates.w_base) as w_base,
        any_value(estimates.suppressed) as suppressed,
        any_value(estimates.is_plain) as is_plain,
        any_value(estimates.base_withheld_because) as base_withheld_because
    from estimates
    left join places on estimates.group_by = places.group_by and estimates.group_value = places.group_value
    where estimates.group_by is null or places.group_position is not null
    group by all

),

cells as (

    select
        survey,
        generation,
        provenance,
        question,
        answer,
        answer_label,
        kind,
        position,
        row_number() over (order by question, answer, kind) as cell_id
    from estimates
    where group_by is null

),

measured as (

    -- a missing answer that a group did not give is 0 of its base there too
    select
        cells.*,
        bases.* exclude (question),
        row_number() over (order by cells.cell_id, bases.base_id) as measured_id,
        coalesce(estimates.n, 0) as n,
        coalesce(estimates.w, 0.0) as w,
        coalesce(estimates.share, case when not bases.suppressed and bases.w_base > 0 then 0 end) as share,
        estimates.withheld_because
    from cells
    inner join bases on cells.question = bases.question
    left join estimates
        on
            cells.question = estimates.question
            and cells.answer = estimates.answer
            and cells.kind = estimates.kind
            and bases.base_id = estimates.base_id

),

waves as (

    -- the last wave before that has anybody in the base
    select
        bases.question,
        bases.group_value as wave,
        lag(bases.group_value) over (partition by bases.question order by bases.group_position) as previous_wave
    from bases
    inner join questions on bases.question = questions.question
    where bases.group_by = 'wave' and bases.n_base > 0 and questions.wave is null

),

rests as (

    -- everybody else in the base, also those of no group; what is withheld of the whole or the group is of them too
    select
        measured.* replace (
            'Everybody else' as group_label,
            whole.n_base - measured.n_base as n_base,
            whole.n - measured.n as n,
            whole.w_base - measured.w_base as w_base,
            whole.w - measured.w as w,
            case
                when whole.n_base - measured.n_base < survey.minimum_base then null
                when not whole.w_base - measured.w_base > 0 then null
                when whole.n = measured.n then 0
                when whole.n - measured.n = whole.n_base - measured.n_base then 1
                else (whole.w - measured.w) / (whole.w_base - measured.w_base)
            end as share,
            coalesce(measured.withheld_because, whole.withheld_because) as withheld_because,
            coalesce(measured.base_withheld_because, whole.base_withheld_because) as base_withheld_because
        ),
        whole.measured_id as whole_id
    from measured
    cross join survey
    inner join measured as whole on measured.cell_id = whole.cell_id and whole.group_by is null
    where measured.group_by <> 'wave'

),

sides as (

    select
        measured_or_rest.* replace (
            {{ told_share("measured_or_rest.share", "measured_or_rest.n_base") }} as share
        ),
        measured_or_rest.whole_id is not null as is_rest,
        row_number() over (order by measured_or_rest.measured_id, is_rest) as side_id
    from (
        select * from measured
        union all by name
        select * from rests
    ) as measured_or_rest
    cross join survey

),

compared as (

    -- a missing answer that neither side is seen to have given needs no comparison
    select
        sides.*,
        case
            when other.is_rest then 'rest'
            when sides.group_by = 'wave' then 'previous_wave'
            else 'group'
        end as compared_with,
        other.side_id as other_side_id,
        case when not other.is_rest then other.group_value end as other_value,
        other.group_label as other_label,
        other.group_position as other_position,
        other.n_base as other_n_base,
        other.n as other_n,
        other.share as other_share,
        other.withheld_because as other_withheld_because,
        other.base_withheld_because as other_base_withheld_because,
        row_number() over (order by sides.side_id, other.side_id) as comparison_id
    from sides
    inner join sides as other on sides.cell_id = other.cell_id and sides.group_by = other.group_by
    left join waves on sides.group_by = 'wave' and sides.question = waves.question and sides.group_value = waves.wave
    where
        not sides.is_rest
        and case compared_with
            when 'rest' then sides.measured_id = other.measured_id
            when 'previous_wave' then waves.previous_wave = other.group_value
            else sides.group_position < other.group_position
        end
        and (
            sides.kind in ('valid', 'net')
            or (sides.n > 0 and sides.withheld_because is null)
            or (other.n > 0 and other.withheld_because is null)
        )

),

sample_units as (

    {{ sample_units() }}

),

base_units as (

    {{ base_units() }}

),

answer_units as (

    {{ answer_units("measured", "measured_id") }}

),

measured_units as (

    select
        measured.measured_id,
        base_units.unit_id,
        base_units.stratum_id,
        coalesce(answer_units.w, 0) as w,
        coalesce(answer_units.w2, 0) as w2,
        base_units.w as w_base,
        base_units.w2 as w2_base
    from measured
    inner join base_units on measured.base_id = base_units.base_id
    left join answer_units
        on measured.measured_id = answer_units.measured_id and base_units.unit_id = answer_units.unit_id

),

parts as (

    -- a group is itself, and the rest is the whole less the group. A share of 0 or 1 does not vary
    select
        side_id,
        share,
        w_base,
        unnest([measured_id, whole_id]) as measured_id,
        unnest([case when is_rest then -1 else 1 end, 1]) as sign
    from sides
    where share > 0 and share < 1 and not is_plain

),

unit_deviations as (

    -- z of each unit as in estimates; without sampling units the unit is a stratum of respondents, whose squares follow
    -- from their squared weights. A sum of two numbers at most is the same in both orders
    select
        parts.side_id,
        units.unit_id,
        units.stratum_id,
        sum(parts.sign * (units.w - parts.share * units.w_base)) / any_value(parts.w_base) as z,
        case
            when any_value(survey.has_sampling_unit) then z ** 2
            else
                sum(parts.sign * (units.w2 * (1 - 2 * parts.share) + parts.share ** 2 * units.w2_base))
                / any_value(parts.w_base) ** 2
        end as z2
    from parts
    cross join survey
    inner join measured_units as units on parts.measured_id = units.measured_id
    group by parts.side_id, units.unit_id, units.stratum_id

),

signed as (

    select
        comparison_id,
        unnest([side_id, other_side_id]) as side_id,
        unnest([1, -1]) as sign
    from compared

),

differences as (

    select
        signed.comparison_id,
        unit_deviations.stratum_id,
        sum(signed.sign * unit_deviations.z) as z,
        sum(unit_deviations.z2) as z2_of_sides
    from signed
    inner join unit_deviations on signed.side_id = unit_deviations.side_id
    group by signed.comparison_id, unit_deviations.unit_id, unit_deviations.stratum_id

),

deviations as (

    -- a respondent who is a unit is on one side only, so that the squares of the sides add up
    select
        differences.comparison_id,
        differences.stratum_id,
        {{ steady_sum("differences.z") }} as z,
        {{ steady_sum("case when survey.has_sampling_unit then differences.z ** 2 else differences.z2_of_sides end") }}
            as z2,
        {{ steady_sum("differences.z2_of_sides") }} as z2_of_sides
    from differences
    cross join survey
    group by differences.comparison_id, differences.stratum_id

),

variances as (

    select
        deviations.comparison_id,
        {{ design_variance("deviations.z", "deviations.z2") }} as variance,
        {{ steady_sum("strata.factor * deviations.z2_of_sides") }} as around_0
    from deviations
    inner join strata on deviations.stratum_id = strata.stratum_id
    group by deviations.comparison_id

),

spread as (

    select
        compared.* exclude (withheld_because),
        coalesce(compared.withheld_because, compared.other_withheld_because) as withheld_because,
        compared.withheld_because as group_withheld_because,
        design.df as design_df,
        (compared.n + compared.other_n) / (compared.n_base + compared.other_n_base) as pooled,
        100 * (compared.share - compared.other_share) as difference_points,
        100 * case
            when compared.share is null or compared.other_share is null then null
            when design.no_standard_error is not null then null
            when compared.is_plain
                then sqrt(pooled * (1 - pooled) * (1 / compared.n_base + 1 / compared.other_n_base))
            -- so far below the sum of squares it is rounding
            when variances.variance > 1e-13 * variances.around_0 then sqrt(variances.variance)
            else 0
        end as se_in_full,
        {{ told_spread("se_in_full", "least(compared.n_base, compared.other_n_base)") }} as se_difference_points,
        case
            when least(compared.n_base, compared.other_n_base) = 0 then 'nobody in the base'
            when least(compared.n_base, compared.other_n_base) < survey.minimum_base then 'base below the minimum'
            when compared.share is null or compared.other_share is null then 'nobody in the base'
            when design.no_standard_error is not null then design.no_standard_error
            when not compared.is_plain and design.df <= 0 then 'no degrees of freedom'
            when compared.share <= 0 and compared.other_share <= 0 then 'both shares are 0'
            when compared.share >= 1 and compared.other_share >= 1 then 'both shares are 1'
            when se_difference_points = 0 then 'a standard error of 0 has no test'
        end as not_computed
    from compared
    cross join survey
    cross join design
    left join variances on compared.comparison_id = variances.comparison_id

),

tested as (

    select
        *,
        case when not_computed is null and withheld_because is null then difference_points / se_difference_points end
            as statistic,
        case when not is_plain then design_df end as df,
        2 * case when is_plain then normal_tail(abs(statistic)) else t_tail(abs(statistic), df::double) end as p
    from spread

),

adjusted as (

    {{ holm("tested", "p", "question, answer, kind, group_by, compared_with") }}

),

final as (

    select
        adjusted.*,
        questions.position as question_position,
        case when adjusted.is_plain then 'pooled_z' else 'design_t' end as method
    from adjusted
    inner join questions on adjusted.question = questions.question

)

{{ masked("final") }}
