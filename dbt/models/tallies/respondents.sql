with cells as (

    select * from {{ ref("cells") }}

),

answers as (

    select * from {{ source("raw", "answers") }}

),

final as (

    -- an empty list is an answer too: asked which ones, none was chosen
    select
        cells.survey,
        cells.generation,
        cells.provenance,
        cells.question,
        case
            when cells.answers is null then 'not_asked'
            when len(cells.answers) = 0 then 'valid'
            else answers.kind
        end as kind,
        cells.group_by,
        cells.group_value,
        cells.stratum,
        cells.sampling_unit,
        sum(cells.n)::bigint as n,
        sum(cells.w) as w,
        sum(cells.w2) as w2,
        max(cells.population) as population
    from cells
    left join answers on cells.question = answers.question and cells.answers[1] = answers.answer
    group by all

)

select * from final
