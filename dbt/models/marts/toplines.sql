{{ result_table(by_group=false) }}
