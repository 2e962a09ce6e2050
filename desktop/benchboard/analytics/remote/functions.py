"""The functions that a query on a database server may call: those that calculate from their arguments.

A list of what is allowed: servers have functions that write, read files, wait or reach the network, and extensions
bring more.
"""

from typing import Final


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_BOTH: Final = _words("""
abs acos asin atan atan2 avg ceil ceiling char_length character_length coalesce concat concat_ws cos cot count
cume_dist current_date current_time current_timestamp degrees dense_rank exp extract first_value floor greatest
if ifnull lag last_value lead least left length ln localtime localtimestamp log log10 lower lpad ltrim max md5 min mod
now nth_value ntile nullif percent_rank pi position power radians rank repeat replace reverse right round row_number
rpad rtrim sign sin sqrt stddev stddev_pop stddev_samp substring sum tan trim upper var_pop var_samp variance
cast convert octet_length bit_length ascii
""")
_POSTGRESQL: Final = _BOTH | _words("""
age array_agg array_length array_to_string bit_and bit_or bool_and bool_or btrim cbrt chr clock_timestamp corr
covar_pop covar_samp date date_bin date_part date_trunc decode div encode every gcd generate_series initcap isfinite
json_agg json_array_elements json_array_elements_text json_array_length json_build_array json_build_object json_each
json_each_text json_extract_path json_extract_path_text json_object_agg json_object_keys json_typeof jsonb_agg
jsonb_array_elements jsonb_array_elements_text jsonb_array_length jsonb_build_array jsonb_build_object jsonb_each
jsonb_each_text jsonb_extract_path jsonb_extract_path_text jsonb_object_agg jsonb_object_keys jsonb_typeof
justify_days justify_hours justify_interval lcm make_date make_interval make_time make_timestamp make_timestamptz mode
overlay percentile_cont percentile_disc quote_literal random regexp_count regexp_like regexp_match regexp_matches
regexp_replace regexp_split_to_array regexp_split_to_table regexp_substr regr_avgx regr_avgy regr_count regr_intercept
regr_r2 regr_slope scale sha256 split_part starts_with string_agg string_to_array string_to_table strpos substr timezone
to_char to_date to_hex to_json to_jsonb to_number to_timestamp translate trunc unnest width_bucket
""")
_MYSQL: Final = _BOTH | _words("""
adddate addtime any_value bin bit_and bit_count bit_or bit_xor char conv convert_tz crc32 curdate curtime date date_add
date_format date_sub datediff day dayname dayofmonth dayofweek dayofyear elt export_set field find_in_set format
from_base64 from_days from_unixtime group_concat hex hour inet6_ntoa inet_aton inet_ntoa insert instr interval isnull
json_array json_arrayagg json_contains json_depth json_extract json_keys json_length json_object json_objectagg
json_quote json_type json_unquote json_valid json_value last_day lcase locate log2 makedate maketime microsecond mid
minute month monthname nvl oct ord period_add period_diff pow quarter quote rand regexp_instr regexp_replace
regexp_substr sec_to_time second sha sha1 sha2 soundex space std str_to_date strcmp subdate substr substring_index
subtime time time_format time_to_sec timediff timestamp timestampadd timestampdiff to_base64 to_days to_seconds truncate
ucase unhex unix_timestamp utc_date utc_time utc_timestamp values week weekday weekofyear year yearweek
""")
BEFORE_BRACKETS: Final = _words("""
all and any as between by case cross cube distinct else except exists filter from full group having ilike in inner
intersect interval is join lateral like limit not offset on or over partition regexp rlike rollup select sets similar
some then to union using values when where with within xor binary offset escape return
bigint bit char character date decimal dec double float int integer nchar numeric real signed smallint time timestamp
timestamptz timetz tinyint unsigned varbinary varchar varying materialized div mod outer straight_join
""")
"""Keywords and types that a bracket may follow, which are no functions."""


def allowed_functions(*, mysql: bool) -> frozenset[str]:
    """The names, in lower case."""
    return _MYSQL if mysql else _POSTGRESQL
