with cells as (

    select * from {{ ref("cells") }}

),

answers as (

    select * from {{ source("raw", "answers") }}

),

nets as (

    select
        question,
        net,
        list(answer) as members
    from {{ source("raw", "nets") }}
    group by question, net

),

per_answer as (

    -- a respondent whom the routing left out has no answers at all: a blank that was not asked
    select
        * exclude (answers),
        answers is null as left_out,
        unnest(coalesce(answers, [''])) as answer
    from cells

),

long as (

    select
        per_answer.* exclude (left_out),
        case when per_answer.left_out then 'not_asked' else answers.kind end as kind
    from per_answer
    left join answers on per_answer.question = answers.question and per_answer.answer = answers.answer
    union all by name
    -- a respondent counts once in a net, however many of its options were chosen
    select
        cells.* exclude (answers),
        nets.net as answer,
        'net' as kind
    from cells
    inner join nets on cells.question = nets.question and list_has_any(cells.answers, nets.members)
    union all by name
    -- asked which ones, none was chosen
    select
        * exclude (answers),
        '' as answer,
        'none' as kind
    from cells
    where len(answers) = 0

),

final as (

    select
        survey,
        generation,
        provenance,
        question,
        answer,
        kind,
        group_by,
        group_value,
        stratum,
        sampling_unit,
        sum(n)::bigint as n,
        sum(w) as w,
        sum(w2) as w2
    from long
    group by all

)

select * from final
