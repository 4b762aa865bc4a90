with cells as (

    select * from {{ ref("cells") }}

),

answers as (

    select * from {{ source("raw", "answers") }}

),

per_answer as (

    -- a respondent whom the routing left out has no answers at all: a blank that was not asked
    select
        * exclude (answers),
        answers is null as left_out,
        unnest(coalesce(answers, [''])) as answer
    from cells

),

final as (

    select
        per_answer.survey,
        per_answer.generation,
        per_answer.provenance,
        per_answer.question,
        per_answer.answer,
        case when per_answer.left_out then 'not_asked' else answers.kind end as kind,
        per_answer.group_by,
        per_answer.group_value,
        per_answer.stratum,
        per_answer.sampling_unit,
        sum(per_answer.n)::bigint as n,
        sum(per_answer.w) as w,
        sum(per_answer.w2) as w2
    from per_answer
    left join answers on per_answer.question = answers.question and per_answer.answer = answers.answer
    group by all

)

select * from final
