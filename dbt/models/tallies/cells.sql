-- a question may be called like a word that DuckDB reserves
-- sqlfluff:rules:references.quoting:ignore_words_regex:.*
-- depends_on: {{ source("records", "weights") }}
with cells as (

    {{ tally_cells() }}

),

built_from as (

    select
        min(files.survey) as survey,
        min(files.generation) as generation,
        min(survey.provenance) as provenance
    from {{ source("raw", "files") }} as files
    cross join {{ source("raw", "survey") }} as survey

),

final as (

    select
        built_from.survey,
        built_from.generation,
        built_from.provenance,
        cells.question,
        cells.answers,
        cells.value,
        cells.group_by,
        cells.group_value,
        cells.stratum,
        cells.sampling_unit,
        cells.n,
        cells.w::bignum as w,
        cells.w2::bignum as w2,
        cells.population
    from cells
    cross join built_from

)

select * from final
