with survey as (

    select * from {{ source("raw", "survey") }}

),

questions as (

    select * from {{ source("raw", "questions") }}

),

files as (

    select * from {{ source("raw", "files") }}

),

respondents as (

    select
        survey,
        generation,
        question,
        kind,
        sum(n)::bigint as n
    from {{ ref("respondents") }}
    where group_by is null
    group by all

),

-- how many of those contacted responded at all; without a record file nobody knows
contacted as (

    select
        min(files.survey) as survey,
        min(files.generation) as generation,
        'unit' as measure,
        null::varchar as question,
        0 as question_position,
        min(survey.asked) as n_asked,
        sum(files.rows_accepted)::bigint as n_answered,
        null::bigint as n_dont_know,
        null::bigint as n_refused,
        null::bigint as n_no_answer
    from files
    cross join survey
    having count(*) > 0

),

-- how many of those asked a question gave it an answer
per_question as (

    select
        respondents.survey,
        respondents.generation,
        'item' as measure,
        respondents.question,
        questions.position as question_position,
        coalesce(sum(n) filter (where kind <> 'not_asked'), 0)::bigint as n_asked,
        coalesce(sum(n) filter (where kind = 'valid'), 0)::bigint as n_answered,
        coalesce(sum(n) filter (where kind = 'dont_know'), 0)::bigint as n_dont_know,
        coalesce(sum(n) filter (where kind = 'refused'), 0)::bigint as n_refused,
        coalesce(sum(n) filter (where kind = 'no_answer'), 0)::bigint as n_no_answer
    from respondents
    inner join questions on respondents.question = questions.question
    group by all

),

united as (

    select * from contacted
    union all
    select * from per_question

),

final as (

    select
        united.survey,
        united.generation,
        survey.provenance,
        united.measure,
        united.question,
        united.n_asked,
        united.n_answered,
        united.n_dont_know,
        united.n_refused,
        united.n_no_answer,
        case when united.n_asked > 0 then united.n_answered / united.n_asked end as rate,
        {{ percent_text("united.n_answered", "united.n_asked", "1", "1", "false", "survey.decimals") }} as percent_text
    from united
    cross join survey
    order by united.question_position

)

select * from final
