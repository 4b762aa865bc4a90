with survey as (

    {{ weighed_survey() }}

),

respondents as (

    select * from {{ ref("respondents") }}

),

sample_units as (

    -- the whole sample stands in the tallies of every question: whom the routing left out is there too
    select
        stratum,
        sampling_unit,
        sum(n) as n,
        max(population) as population
    from respondents
    where group_by is null and question = (select min(all_questions.question) from respondents as all_questions)
    group by all

),

strata as (

    -- without sampling units every respondent is one
    select
        sample_units.stratum,
        case when any_value(survey.has_sampling_unit) then count(*) else sum(sample_units.n) end::bigint as units,
        coalesce(max(sample_units.population), any_value(survey.universe_size)) as population
    from sample_units
    cross join survey
    group by sample_units.stratum

),

sampled as (

    -- a stratum with a single sampling unit tells nothing of how its units differ, unless it has no other
    select
        *,
        units = 1 and coalesce(population, 2) > 1 as is_lone,
        greatest(1 - coalesce(units / population, 0), 0) * units / nullif(units - 1, 0) as factor
    from strata

),

final as (

    select
        survey.survey,
        survey.generation,
        survey.provenance,
        row_number() over (order by sampled.stratum) as stratum_id,
        sampled.stratum,
        sampled.units,
        sampled.population,
        sampled.is_lone,
        case
            when sampled.units = 1 then 0
            when survey.lone_units = 'average'
                then sampled.factor * count(*) over () / count(*) filter (not sampled.is_lone) over ()
            else sampled.factor
        end as factor,
        case when survey.no_sampling_error is null then sum(sampled.units) over () - count(*) over () end::bigint as df,
        case
            when survey.no_sampling_error is not null then survey.no_sampling_error
            -- the same is said of one respondent and of several, and of which stratum is not
            when
                survey.coarse_by is not null and not survey.has_sampling_unit
                and count(*) filter (sampled.units < survey.minimum_cell) over () > 0
                then 'a stratum has too few respondents'
            when count(*) filter (sampled.is_lone) over () = 0 then null
            when survey.lone_units = 'fail' or count(*) filter (not sampled.is_lone) over () = 0
                then
                    case
                        when survey.has_sampling_unit then 'one sampling unit'
                        when survey.minimum_cell > 1 and not survey.release_records then 'too few respondents'
                        else 'one respondent'
                    end
                    || case
                        when sampled.stratum is null then ' in the sample'
                        when not survey.has_sampling_unit and survey.minimum_cell > 1 and not survey.release_records
                            then ' in a stratum'
                        else ' in stratum ' || min(sampled.stratum) filter (sampled.is_lone) over ()
                    end
        end as no_standard_error
    from sampled
    cross join survey

)

select * from final
{{ in_order() }}
