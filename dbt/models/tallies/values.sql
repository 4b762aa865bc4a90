with cells as (

    select * from {{ ref("cells") }}

),

scored as (

    select *
    from {{ source("raw", "answers") }}
    where score is not null

),

final as (

    -- a quantity's own value; of a scale, the score of the option
    select
        cells.survey,
        cells.generation,
        cells.provenance,
        cells.question,
        coalesce(cells.value, scored.score) as value,
        cells.group_by,
        cells.group_value,
        cells.stratum,
        cells.sampling_unit,
        sum(cells.n)::bigint as n,
        sum(cells.w) as w,
        sum(cells.w2) as w2
    from cells
    left join scored on cells.question = scored.question and cells.answers[1] = scored.answer
    where cells.value is not null or scored.score is not null
    group by all

)

select * from final
