with survey as (

    {{ weighed_survey() }}

),

questions as (

    select *
    from {{ source("raw", "questions") }}
    where takes_one

),

estimates as (

    -- a question of one wave has nothing to do with the others
    select
        estimates.*,
        questions.position as question_position
    from {{ ref("estimates") }} as estimates
    inner join questions on estimates.question = questions.question
    where estimates.group_by is not null and (estimates.group_by <> 'wave' or questions.wave is null)

),

strata as (

    select * from {{ ref("strata") }}

),

places as (

    {{ group_places() }}

),

design as (

    {{ design() }}

),

sample_units as (

    {{ sample_units() }}

),

tables as (

    -- a test over counts that are withheld would tell them
    select
        question,
        group_by,
        any_value(survey) as survey,
        any_value(generation) as generation,
        any_value(provenance) as provenance,
        any_value(question_position) as position,
        min(withheld_because) as withheld_because
    from estimates
    group by question, group_by

),

listed as (

    select
        estimates.question,
        estimates.group_by,
        estimates.answer,
        estimates.kind,
        estimates.group_value,
        places.group_position,
        row_number() over (order by estimates.base_id, estimates.answer) as listed_id
    from estimates
    inner join places on estimates.group_by = places.group_by and estimates.group_value = places.group_value
    where estimates.kind = 'valid'

),

answer_units as (

    {{ answer_units("listed", "*") }}

),

given as (

    -- answers that nobody gave and groups that nobody is in have no row and no column
    select
        listed_id,
        question,
        group_by,
        sum(n)::bigint as n,
        sum(w_in_units) as w,
        dense_rank() over (partition by question, group_by order by answer) - 1 as answer_number,
        dense_rank() over (partition by question, group_by order by group_position) - 1 as group_number
    from answer_units
    where w > 0
    group by listed_id, question, group_by, answer, group_position

),

sizes as (

    select
        question,
        group_by,
        max(answer_number) + 1 as n_answers,
        max(group_number) + 1 as n_groups
    from given
    group by question, group_by

),

counted as (

    -- row by row
    select
        given.*,
        sizes.n_groups * given.answer_number + given.group_number as cell,
        sizes.n_groups * sizes.n_answers as n_cells
    from given
    inner join sizes on given.question = sizes.question and given.group_by = sizes.group_by

),

placed as (

    select
        counted.question,
        counted.group_by,
        counted.cell,
        counted.n_cells,
        answer_units.stratum_id,
        answer_units.unit_id,
        answer_units.w_in_units,
        answer_units.w,
        answer_units.w2
    from answer_units
    inner join counted on answer_units.listed_id = counted.listed_id
    where answer_units.w > 0

),

cells as (

    -- the empty ones too
    select
        every_cell.*,
        coalesce(counted.n, 0) as n,
        coalesce(counted.w, 0) as w
    from (
        select
            *,
            unnest(range(n_answers * n_groups)) as cell
        from sizes
    ) as every_cell
    left join counted
        on
            every_cell.question = counted.question
            and every_cell.group_by = counted.group_by
            and every_cell.cell = counted.cell

),

expected as (

    select
        cells.* replace ({{ weights("cells.w") }} as w),
        {{ weights("(sum(cells.w) over of_table)") }} as w_all,
        {{ weights("(sum(cells.w) over of_answer)") }} * {{ weights("(sum(cells.w) over of_group)") }} / w_all
            as w_independent
    from cells
    cross join survey
    window
        of_table as (partition by cells.question, cells.group_by),
        of_answer as (partition by cells.question, cells.group_by, cells.cell // cells.n_groups),
        of_group as (partition by cells.question, cells.group_by, cells.cell % cells.n_groups)

),

pearson as (

    -- on the weighted shares of the cells, as of so many respondents
    select
        question,
        group_by,
        n_answers,
        n_groups,
        sum(n)::bigint as n,
        list(w order by cell) as weights,
        sum(n) * {{ steady_sum("(w - w_independent) ** 2 / w_independent / w_all") }} as chi2
    from expected
    group by question, group_by, n_answers, n_groups

),

vectors as (

    -- what rao_scott makes the covariance of the cells of: by stratum the squares of its units less that of their mean,
    -- which has a number below 0. A respondent who is a sampling unit is in one cell, so that their squared weights
    -- add up by cell
    select
        placed.question,
        placed.group_by,
        placed.cell,
        placed.n_cells,
        case
            when survey.has_sampling_unit then placed.unit_id else placed.stratum_id * placed.n_cells + placed.cell
        end as vector_id,
        sqrt(strata.factor) * case when survey.has_sampling_unit then placed.w else sqrt(placed.w2) end as length
    from placed
    cross join survey
    inner join strata on placed.stratum_id = strata.stratum_id
    union all
    select
        placed.question,
        placed.group_by,
        placed.cell,
        placed.n_cells,
        -placed.stratum_id as vector_id,
        any_value(sqrt(strata.factor / strata.units)) * {{ weights("sum(placed.w_in_units)") }} as length
    from placed
    cross join survey
    inner join strata on placed.stratum_id = strata.stratum_id
    group by
        placed.question, placed.group_by, placed.cell, placed.n_cells, placed.stratum_id, survey.w_unit

),

gathered as (

    -- both lists in one order, whichever it is
    select
        question,
        group_by,
        list(vector_id * n_cells + cell) as positions,
        list(length) as lengths
    from vectors
    group by question, group_by

),

judged as (

    select
        tables.*,
        coalesce(pearson.n, 0) as n,
        coalesce(pearson.n_answers, 0) as n_answers,
        coalesce(pearson.n_groups, 0) as n_groups,
        design.df,
        pearson.weights,
        gathered.* exclude (question, group_by),
        case
            when pearson.n is null then 'nobody in the base'
            when pearson.n < survey.minimum_base then 'base below the minimum'
            when pearson.n_answers < 2 then 'fewer than two answers were given'
            when pearson.n_groups < 2 then 'fewer than two groups'
        end as no_table,
        coalesce(
            tables.withheld_because,
            no_table,
            design.no_standard_error,
            case when design.df <= 0 then 'no degrees of freedom' end
        ) as no_test,
        case when no_table is null then {{ told_spread("pearson.chi2", "pearson.n") }} end as chi2
    from tables
    cross join survey
    cross join design
    left join pearson on tables.question = pearson.question and tables.group_by = pearson.group_by
    left join gathered on tables.question = gathered.question and tables.group_by = gathered.group_by

),

effects as (

    select
        *,
        (n_answers - 1) * (n_groups - 1) as cells_free,
        rao_scott(case when no_test is null then weights end, n_groups, n, positions, lengths) as design_effects
    from judged

),

explained as (

    select
        * exclude (design_effects),
        design_effects.trace as sum_of_effects,
        design_effects.trace_of_square as sum_of_squares,
        case
            when no_test is not null then no_test
            when design_effects.trace is null then 'too many empty cells'
            when not design_effects.trace > 0 then 'a spread of 0 has no test'
        end as not_computed
    from effects

),

told as (

    select
        explained.* replace (
            {{ told_spread("explained.sum_of_effects", "explained.n") }} as sum_of_effects,
            {{ told_spread("explained.sum_of_squares", "explained.n") }} as sum_of_squares
        )
    from explained
    cross join survey

),

tested as (

    -- chi2 over the mean of the generalised design effects; over their sum, with the degrees of freedom that fit its
    -- spread besides
    select
        *,
        case when not_computed is null then chi2 * cells_free / sum_of_effects end as first_order_chi2,
        case when not_computed is null then cells_free end as first_order_df,
        chi2_tail(first_order_chi2, first_order_df::double) as first_order_p,
        case when not_computed is null then chi2 / sum_of_effects end as second_order_f,
        case when not_computed is null then sum_of_effects ** 2 / sum_of_squares end
            as second_order_ndf,
        second_order_ndf * df as second_order_ddf,
        f_tail(second_order_f, second_order_ndf, second_order_ddf) as second_order_p
    from told

),

adjusted as (

    {{ holm("tested", "second_order_p", "group_by") }}

),

final as (

    -- how strong a relation is holds of any records; chi2 is a test's
    select
        adjusted.* replace (case when survey.no_sampling_error is null then adjusted.chi2 end as chi2),
        sqrt(adjusted.chi2 / adjusted.n / least(adjusted.n_answers - 1, adjusted.n_groups - 1)) as cramers_v
    from adjusted
    cross join survey

)

{{ masked("final") }}
