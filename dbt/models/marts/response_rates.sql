with survey as (

    select * from {{ source("raw", "survey") }}

),

questions as (

    select * from {{ source("raw", "questions") }}

),

files as (

    select * from {{ source("raw", "files") }}

),

dispositions as (

    select * from {{ ref("dispositions") }}

),

withheld as (

    -- how many were asked a question is as many as gave the answer that led there
    select
        question,
        reason
    from {{ source("disclosure", "withheld_bases") }}
    where group_by is null and base_rule = 'routed'

),

respondents as (

    select
        question,
        kind,
        sum(n)::bigint as n
    from {{ ref("respondents") }}
    where group_by is null
    group by all

),

-- one row; none for a survey without record files, since nobody knows what came of whom
outcomes as (

    select
        bool_or(survey.has_disposition) as has_disposition,
        min(survey.asked) as asked,
        min(survey.asked_low) as asked_low,
        min(survey.asked_high) as asked_high,
        min(survey.eligibility) as declared,
        sum(files.rows_responded)::bigint as responded
    from files
    cross join survey
    having count(*) > 0

),

-- AAPOR's letters; without dispositions every respondent is a complete interview, and of the others nothing is known
letters as (

    select
        coalesce(sum(n) filter (where symbol = 'I'), any_value(outcomes.responded)) as i,
        coalesce(sum(n) filter (where symbol = 'P'), 0) as p,
        sum(n) filter (where symbol = 'R') as r,
        sum(n) filter (where symbol = 'NC') as nc,
        sum(n) filter (where symbol = 'O') as o,
        sum(n) filter (where symbol in ('UH', 'UO')) as doubtful,
        sum(n) filter (where symbol = 'NE') as not_eligible,
        coalesce(sum(n) filter (where symbol <> 'NE'), any_value(outcomes.asked))::bigint as cases,
        any_value(outcomes.responded) as responded,
        any_value(outcomes.declared) as declared,
        any_value(outcomes.has_disposition) as has_disposition
    from outcomes
    left join dispositions on outcomes.has_disposition
    having count(*) > 0

),

-- e, the share of the doubtful cases, those of unknown eligibility, that are taken for eligible
eligible as (

    select
        *,
        i + p + r + nc + o as sure,
        coalesce(declared, sure / nullif(sure + not_eligible, 0)) as e,
        if(declared is null, 'estimated', 'declared') as e_from
    from letters

),

-- how many of those contacted responded at all
contacted as (

    select
        'unit' as measure,
        0 as position,
        cases as n_asked,
        responded as n_answered,
        responded::double as numerator,
        cases::double as denominator,
        case
            when cases is null then 'needs dispositions, or the number asked'
            when cases = 0 then 'nobody was asked'
        end as not_computed
    from eligible

),

formulas as (

    select
        formula.*,
        eligible.has_disposition,
        formula.sure + if(formula.doubtful = 0, 0, formula.eligibility * formula.doubtful) as denominator
    from eligible
    cross join lateral (
        values
        (1, 'RR1', i, i + p, cases - i - p, 1, 'by definition'),
        (2, 'RR2', i + p, i + p, cases - i - p, 1, 'by definition'),
        (3, 'RR3', i, sure, doubtful, e, e_from),
        (4, 'RR4', i + p, sure, doubtful, e, e_from),
        (5, 'RR5', i, sure, doubtful, 0, 'by definition'),
        (6, 'RR6', i + p, sure, doubtful, 0, 'by definition'),
        (7, 'COOP1', i, i + p + r + o, 0, null, null),
        (8, 'COOP2', i + p, i + p + r + o, 0, null, null),
        (9, 'COOP3', i, i + p + r, 0, null, null),
        (10, 'COOP4', i + p, i + p + r, 0, null, null),
        (11, 'REF1', r, sure, doubtful, 1, 'by definition'),
        (12, 'REF2', r, sure, doubtful, e, e_from),
        (13, 'REF3', r, sure, doubtful, 0, 'by definition'),
        (14, 'CON1', i + p + r + o, sure, doubtful, 1, 'by definition'),
        (15, 'CON2', i + p + r + o, sure, doubtful, e, e_from),
        (16, 'CON3', i + p + r + o, sure, doubtful, 0, 'by definition')
    ) as formula (position, measure, numerator, sure, doubtful, eligibility, eligibility_from)

),

outcome_rates as (

    select
        measure,
        position,
        numerator::double as numerator,
        denominator::double as denominator,
        eligibility::double as eligibility,
        eligibility_from,
        case
            when has_disposition and denominator = 0 then 'no case to divide by'
            when has_disposition and denominator is null then 'no case of known eligibility to estimate the others by'
            when not has_disposition and measure not in ('RR1', 'RR2') then 'needs dispositions'
            when not has_disposition and denominator is null then 'needs dispositions, or the number asked'
        end as not_computed
    from formulas

),

-- how many of those asked a question gave it an answer
item_counts as (

    select
        respondents.question,
        min(questions.position) as position,
        coalesce(sum(n) filter (where kind <> 'not_asked'), 0)::bigint as n_asked,
        coalesce(sum(n) filter (where kind = 'valid'), 0)::bigint as n_answered,
        coalesce(sum(n) filter (where kind = 'dont_know'), 0)::bigint as n_dont_know,
        coalesce(sum(n) filter (where kind = 'refused'), 0)::bigint as n_refused,
        coalesce(sum(n) filter (where kind = 'no_answer'), 0)::bigint as n_no_answer
    from respondents
    inner join questions on respondents.question = questions.question
    group by respondents.question

),

per_question as (

    select
        'item' as measure,
        question,
        100 + position as position,
        n_asked,
        n_answered,
        n_dont_know,
        n_refused,
        n_no_answer,
        n_answered::double as numerator,
        n_asked::double as denominator,
        if(n_asked = 0, 'nobody was asked', null) as not_computed
    from item_counts

),

united as (

    select * from contacted
    union all by name
    select * from outcome_rates
    union all by name
    select * from per_question

),

ends as (

    -- where nobody knows to the last one how many were asked, the fewest and the most; no fewer than responded
    select
        outcomes.responded,
        least(greatest(outcomes.asked_low, outcomes.responded), outcomes.asked_high) as fewest,
        outcomes.asked_high as most,
        survey.decimals
    from outcomes
    cross join survey
    where not outcomes.has_disposition and outcomes.asked is null and outcomes.asked_low is not null

),

vague as (

    select
        responded,
        fewest,
        most,
        {{ percent_text("responded", "most", "0", "1", "false", "decimals") }} as percent_low,
        {{ percent_text("responded", "fewest", "0", "1", "false", "decimals") }} as percent_high,
        percent_low || if(percent_low = percent_high, '', ' to ' || percent_high) as percent_text
    from ends

),

final as (

    select
        survey.survey,
        survey.generation,
        survey.provenance,
        united.measure,
        united.position,
        united.question,
        united.n_asked,
        coalesce(if(united.measure = 'unit', vague.fewest, null), united.n_asked) as n_asked_low,
        coalesce(if(united.measure = 'unit', vague.most, null), united.n_asked) as n_asked_high,
        united.n_answered,
        united.n_dont_know,
        united.n_refused,
        united.n_no_answer,
        if(united.not_computed is null, united.numerator, null) as numerator,
        if(united.not_computed is null, united.denominator, null) as denominator,
        if(united.not_computed is null, united.eligibility, null) as eligibility,
        if(united.not_computed is null, united.eligibility_from, null) as eligibility_from,
        if(united.not_computed is null, united.numerator / united.denominator, null) as rate,
        coalesce(vague.responded / vague.most, rate) as rate_low,
        coalesce(vague.responded / vague.fewest, rate) as rate_high,
        coalesce(
            vague.percent_text,
            if(united.not_computed is null, {{ percent_text(
                "united.n_answered", "united.n_asked", "united.numerator", "united.denominator",
                "united.n_asked is null", "survey.decimals"
            ) }}, null)
        ) as percent_text,
        if(vague.fewest is null, united.not_computed, 'the number asked is known as a range only') as not_computed,
        withheld.reason as withheld_because
    from united
    cross join survey
    left join withheld on united.question = withheld.question
    left join vague on united.measure in ('unit', 'RR1', 'RR2')

)

{{ masked("final") }}
