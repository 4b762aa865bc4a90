{{ result_table(by_group=true) }}
