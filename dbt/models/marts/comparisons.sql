with survey as (

    select * from {{ source("raw", "survey") }}

),

questions as (

    select * from {{ source("raw", "questions") }}

),

estimates as (

    select * from {{ ref("estimates") }}

),

tallies as (

    select * from {{ ref("tallies") }}

),

respondents as (

    select * from {{ ref("respondents") }}

),

strata as (

    select
        *,
        row_number() over (order by stratum) as stratum_id
    from {{ ref("strata") }}

),

groups as (

    -- the groups that are compared, in the codebook's order; who gave no answer to the group question is of none
    select
        question as group_by,
        answer as group_value,
        answer_label as group_label,
        position
    from {{ source("raw", "answers") }}
    where kind = 'valid'
    union all
    select
        'wave' as group_by,
        wave as group_value,
        coalesce(label, wave) as group_label,
        position
    from {{ source("raw", "waves") }}

),

bases as (

    -- of the whole sample and of every group that is compared
    select
        estimates.question,
        estimates.group_by,
        estimates.group_value,
        groups.group_label,
        groups.position as group_position,
        any_value(estimates.base_rule) as base_rule,
        any_value(estimates.n_base) as n_base,
        any_value(estimates.w_base) as w_base,
        any_value(estimates.suppressed) as suppressed,
        any_value(estimates.is_plain) as is_plain,
        row_number() over (order by estimates.question, estimates.group_by, estimates.group_value) as base_id
    from estimates
    left join groups on estimates.group_by = groups.group_by and estimates.group_value = groups.group_value
    where estimates.group_by is null or groups.position is not null
    group by estimates.question, estimates.group_by, estimates.group_value, groups.group_label, groups.position

),

listed as (

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
        listed.*,
        bases.* exclude (question),
        coalesce(estimates.withheld, false) as side_withheld,
        case when not side_withheld then coalesce(estimates.n, 0) end as n,
        case when not side_withheld then coalesce(estimates.w, 0.0) end as w,
        case
            when not side_withheld
                then coalesce(estimates.share, case when not bases.suppressed and bases.w_base > 0 then 0 end)
        end as share
    from listed
    inner join bases on listed.question = bases.question
    left join estimates
        on
            listed.question = estimates.question
            and listed.answer = estimates.answer
            and listed.kind = estimates.kind
            and bases.group_by is not distinct from estimates.group_by
            and bases.group_value is not distinct from estimates.group_value

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

    -- everybody else in the base, also those of no group
    select
        measured.* exclude (group_label, group_position, n_base, n, w_base, w, share),
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
        end as share
    from measured
    cross join survey
    inner join measured as whole on measured.cell_id = whole.cell_id and whole.group_by is null
    where measured.group_by <> 'wave'

),

sides as (

    select
        *,
        row_number() over (order by cell_id, base_id, is_rest) as side_id
    from (
        select
            *,
            false as is_rest
        from measured
        union all by name
        select
            *,
            true as is_rest
        from rests
    ) as measured_or_rest

),

matches as (

    select
        sides.side_id,
        other.side_id as other_side_id,
        'group' as compared_with
    from sides
    inner join sides as other
        on
            sides.cell_id = other.cell_id
            and sides.group_by = other.group_by
            and sides.group_position < other.group_position
    where sides.group_by <> 'wave'
    union all
    select
        sides.side_id,
        other.side_id as other_side_id,
        'previous_wave' as compared_with
    from sides
    inner join waves on sides.question = waves.question and sides.group_value = waves.wave
    inner join sides as other
        on
            sides.cell_id = other.cell_id
            and sides.group_by = other.group_by
            and waves.previous_wave = other.group_value
    where sides.group_by = 'wave'
    union all
    select
        sides.side_id,
        other.side_id as other_side_id,
        'rest' as compared_with
    from sides
    inner join sides as other on sides.cell_id = other.cell_id and sides.base_id = other.base_id
    where not sides.is_rest and other.is_rest

),

compared as (

    select
        sides.*,
        matches.compared_with,
        matches.other_side_id,
        case when not other.is_rest then other.group_value end as other_value,
        other.group_label as other_label,
        other.group_position as other_position,
        other.n_base as other_n_base,
        other.n as other_n,
        other.share as other_share,
        row_number() over (order by sides.side_id, other.side_id) as comparison_id
    from matches
    inner join sides on matches.side_id = sides.side_id
    inner join sides as other on matches.other_side_id = other.side_id
    where sides.kind in ('valid', 'net') or sides.n > 0 or other.n > 0

),

sample_units as (

    -- the whole sample stands in the tallies of every question
    select
        respondents.stratum,
        respondents.sampling_unit,
        any_value(strata.stratum_id) as stratum_id,
        row_number() over (order by respondents.stratum, respondents.sampling_unit) as unit_id
    from respondents
    inner join strata on respondents.stratum is not distinct from strata.stratum
    where
        respondents.group_by is null
        and respondents.question = (select min(all_questions.question) from respondents as all_questions)
    group by respondents.stratum, respondents.sampling_unit

),

base_units as (

    select
        bases.base_id,
        sample_units.unit_id,
        any_value(sample_units.stratum_id) as stratum_id,
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

answer_units as (

    select
        sides.side_id,
        sample_units.unit_id,
        tallies.w,
        tallies.w2
    from tallies
    inner join sides
        on
            tallies.question = sides.question
            and tallies.answer = sides.answer
            and tallies.kind = sides.kind
            and tallies.group_by is not distinct from sides.group_by
            and tallies.group_value is not distinct from sides.group_value
            and not sides.is_rest
    inner join sample_units
        on
            tallies.stratum is not distinct from sample_units.stratum
            and tallies.sampling_unit is not distinct from sample_units.sampling_unit

),

side_units as (

    select
        sides.side_id,
        sides.cell_id,
        sides.base_id,
        sides.group_by,
        base_units.unit_id,
        base_units.stratum_id,
        coalesce(answer_units.w, 0) as w,
        coalesce(answer_units.w2, 0) as w2,
        base_units.w as w_base,
        base_units.w2 as w2_base
    from sides
    inner join base_units on sides.base_id = base_units.base_id
    left join answer_units on sides.side_id = answer_units.side_id and base_units.unit_id = answer_units.unit_id
    where not sides.is_rest

),

rest_units as (

    -- the whole less the group, in every unit
    select
        sides.side_id,
        whole.unit_id,
        whole.stratum_id,
        whole.w - coalesce(side_units.w, 0) as w,
        whole.w2 - coalesce(side_units.w2, 0) as w2,
        whole.w_base - coalesce(side_units.w_base, 0) as w_base,
        whole.w2_base - coalesce(side_units.w2_base, 0) as w2_base
    from sides
    inner join side_units as whole on sides.cell_id = whole.cell_id and whole.group_by is null
    left join side_units
        on
            sides.cell_id = side_units.cell_id
            and sides.base_id = side_units.base_id
            and whole.unit_id = side_units.unit_id
    where sides.is_rest

),

unit_deviations as (

    -- z of each unit as in estimates; without sampling units the unit is a stratum of respondents, whose squares follow
    -- from their squared weights. A share of 0 or 1 does not vary
    select
        sides.side_id,
        units.unit_id,
        units.stratum_id,
        (units.w - sides.share * units.w_base) / sides.w_base as z,
        case
            when survey.has_sampling_unit then z ** 2
            else (units.w2 * (1 - 2 * sides.share) + sides.share ** 2 * units.w2_base) / sides.w_base ** 2
        end as z2
    from (
        select * exclude (cell_id, base_id, group_by)
        from side_units
        where group_by is not null
        union all by name
        select * from rest_units
    ) as units
    cross join survey
    inner join sides on units.side_id = sides.side_id
    where sides.share > 0 and sides.share < 1 and not sides.is_plain

),

side_deviations as (

    select
        side_id,
        stratum_id,
        sum(z) as z,
        sum(z2) as z2
    from unit_deviations
    group by side_id, stratum_id

),

deviations as (

    -- of the difference, z_one - z_other: its squares are those of both sides less twice the products in shared units
    select
        compared.comparison_id,
        side_deviations.stratum_id,
        side_deviations.z,
        side_deviations.z2,
        0 as product
    from compared
    inner join side_deviations on compared.side_id = side_deviations.side_id
    union all
    select
        compared.comparison_id,
        side_deviations.stratum_id,
        -side_deviations.z as z,
        side_deviations.z2,
        0 as product
    from compared
    inner join side_deviations on compared.other_side_id = side_deviations.side_id
    union all
    select
        compared.comparison_id,
        one.stratum_id,
        0 as z,
        0 as z2,
        sum(one.z * other.z) as product
    from compared
    inner join unit_deviations as one on compared.side_id = one.side_id
    inner join unit_deviations as other on compared.other_side_id = other.side_id and one.unit_id = other.unit_id
    where (select survey.has_sampling_unit from survey)
    group by compared.comparison_id, one.stratum_id

),

difference_deviations as (

    select
        comparison_id,
        stratum_id,
        sum(z) as z,
        sum(z2) as z2_of_sides,
        sum(z2) - 2 * sum(product) as z2
    from deviations
    group by comparison_id, stratum_id

),

variances as (

    select
        difference_deviations.comparison_id,
        {{ design_variance("difference_deviations.z", "difference_deviations.z2") }} as variance,
        sum(strata.factor * difference_deviations.z2_of_sides) as around_0
    from difference_deviations
    inner join strata on difference_deviations.stratum_id = strata.stratum_id
    group by difference_deviations.comparison_id

),

design as (

    select
        any_value(df) as df,
        any_value(lone_unit) as lone_unit
    from strata

),

spread as (

    select
        compared.*,
        design.df as design_df,
        (compared.n + compared.other_n) / (compared.n_base + compared.other_n_base) as pooled,
        case
            when compared.share is null or compared.other_share is null or design.lone_unit is not null then null
            when compared.is_plain
                then sqrt(pooled * (1 - pooled) * (1 / compared.n_base + 1 / compared.other_n_base))
            -- so far below the sum of squares it is rounding
            when variances.variance > 1e-13 * variances.around_0 then sqrt(variances.variance)
            else 0
        end as se_difference,
        compared.n is null or compared.other_n is null as withheld,
        case
            when withheld then 'withheld: too few respondents'
            when least(compared.n_base, compared.other_n_base) = 0 then 'nobody in the base'
            when least(compared.n_base, compared.other_n_base) < survey.minimum_base then 'base below the minimum'
            when compared.share is null or compared.other_share is null then 'nobody in the base'
            when design.lone_unit is not null then design.lone_unit
            when not compared.is_plain and design.df <= 0 then 'no degrees of freedom'
            when compared.share <= 0 and compared.other_share <= 0 then 'both shares are 0'
            when compared.share >= 1 and compared.other_share >= 1 then 'both shares are 1'
            when se_difference = 0 then 'a standard error of 0 has no test'
        end as not_computed
    from compared
    cross join survey
    cross join design
    left join variances on compared.comparison_id = variances.comparison_id

),

tested as (

    select
        *,
        case when not_computed is null then (share - other_share) / se_difference end as statistic,
        case when not is_plain then design_df end as df,
        2 * case when is_plain then normal_tail(abs(statistic)) else t_tail(abs(statistic), df::double) end as p
    from spread

),

ranked as (

    select
        *,
        count(p) over (partition by question, answer, kind, group_by, compared_with) as tests,
        row_number() over (
            partition by question, answer, kind, group_by, compared_with
            order by p nulls last
        ) as rank_of_p
    from tested

),

adjusted as (

    -- Holm's: the smallest p times the number of tests, the next times one less, and never less than one before it
    select
        *,
        case
            when p is not null
                then
                    least(max(p * (tests - rank_of_p + 1)) over (
                        partition by question, answer, kind, group_by, compared_with
                        order by rank_of_p
                    ), 1)
        end as p_holm
    from ranked

),

final as (

    select
        adjusted.survey,
        adjusted.generation,
        adjusted.provenance,
        adjusted.question,
        adjusted.answer,
        adjusted.answer_label,
        adjusted.kind,
        adjusted.group_by,
        adjusted.group_value,
        adjusted.group_label,
        adjusted.compared_with,
        adjusted.other_value,
        adjusted.other_label,
        adjusted.base_rule,
        adjusted.n_base,
        adjusted.n,
        adjusted.share,
        adjusted.other_n_base,
        adjusted.other_n,
        adjusted.other_share,
        100 * (adjusted.share - adjusted.other_share) as difference_points,
        adjusted.se_difference,
        adjusted.statistic,
        adjusted.df,
        case when adjusted.is_plain then 'pooled_z' else 'design_t' end as method,
        adjusted.p,
        adjusted.p_holm,
        adjusted.p_holm < 1 - {{ confidence_level() }} as is_significant,
        adjusted.withheld,
        adjusted.not_computed
    from adjusted
    inner join questions on adjusted.question = questions.question
    order by
        questions.position,
        adjusted.group_by,
        adjusted.compared_with,
        adjusted.position,
        adjusted.group_position,
        adjusted.other_position

)

select * from final
