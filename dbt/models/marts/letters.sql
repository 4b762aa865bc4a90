with comparisons as (

    select * from {{ ref("comparisons") }}

),

lettered as (

    -- A to Z, then AA, AB and so on, in the codebook's order
    select
        question as group_by,
        answer as group_value,
        row_number() over (partition by question order by position) - 1 as place,
        case when place >= 26 then chr((64 + place // 26)::integer) else '' end || chr((65 + place % 26)::integer)
            as letter
    from {{ source("raw", "answers") }}
    where kind = 'valid'

),

listed as (

    -- every group is compared with the rest, whether or not there are others
    select
        comparisons.*,
        lettered.letter,
        lettered.place
    from comparisons
    inner join lettered
        on comparisons.group_by = lettered.group_by and comparisons.group_value = lettered.group_value
    where comparisons.compared_with = 'rest'

),

both_ways as (

    select
        question,
        answer,
        kind,
        group_by,
        group_value,
        other_value,
        is_significant,
        difference_points
    from comparisons
    where compared_with = 'group'
    union all
    select
        question,
        answer,
        kind,
        group_by,
        other_value as group_value,
        group_value as other_value,
        is_significant,
        -difference_points as difference_points
    from comparisons
    where compared_with = 'group'

),

lower_groups as (

    select
        both_ways.question,
        both_ways.answer,
        both_ways.kind,
        both_ways.group_by,
        both_ways.group_value,
        list(
            case when both_ways.is_significant and both_ways.difference_points > 0 then lettered.letter end
            order by lettered.place
        ) as letters
    from both_ways
    inner join lettered
        on both_ways.group_by = lettered.group_by and both_ways.other_value = lettered.group_value
    where both_ways.is_significant is not null
    group by all

),

final as (

    select
        listed.survey,
        listed.generation,
        listed.provenance,
        listed.question,
        listed.answer,
        listed.kind,
        listed.group_by,
        listed.group_value,
        listed.letter,
        case when lower_groups.letters is not null then coalesce(array_to_string(lower_groups.letters, ' '), '') end
            as higher_than
    from listed
    left join lower_groups
        on
            listed.question = lower_groups.question
            and listed.answer = lower_groups.answer
            and listed.kind = lower_groups.kind
            and listed.group_by = lower_groups.group_by
            and listed.group_value = lower_groups.group_value

)

select * from final
{{ in_order() }}
