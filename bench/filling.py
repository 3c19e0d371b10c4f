"""The statements of `bench.materialise`: a caseload of any size, and what is due of it."""

#: Caseworkers with a posting, as a set-up command writes them; all else as their coordinator.
_USERS = """
INSERT INTO cities_user (password, is_superuser, username, first_name, last_name, email, is_staff, is_active,
    date_joined, language, phone, shortcuts, by_email, digest_at, remind_before, next_digest_at, version)
SELECT '!', false, 'bench' || n, 'Testa', 'Example' || n, 'bench' || n || '@example.org', false, true, %(at)s, 'en',
    '', true, true, '07:00', 0, %(at)s, 1
FROM generate_series(1, %(workers)s) n
"""
_POSTINGS = """
INSERT INTO cities_posting (recorded_at, user_id, role, agency_id, city_id, starts_on, version)
SELECT %(at)s, id, 'CASEWORKER', %(agency)s, %(city)s, %(first)s, 1 FROM cities_user WHERE username LIKE 'bench%%'
"""
_PEOPLE = """
INSERT INTO cases_person (recorded_at, city_id, official_name, sort_name, sex, birth_precision, language,
    interpreter_needed, phone, address, version)
SELECT %(at)s, %(city)s, 'Nemo Invented' || n, 'nemo', 'X', 'UNKNOWN', '', false, '', '', 1
FROM generate_series(1, %(cases)s) n
"""
_OWNERS = "(SELECT array_agg(id ORDER BY id) FROM cities_user WHERE username LIKE 'bench%%')"
_CASES = f"""
INSERT INTO cases_casefile (recorded_at, city_id, reference, year, number, person_id, stage, ground, agency_id,
    opened_on, owner_id, next_step, next_step_on, version)
SELECT %(at)s, %(city)s, 'VIL-2026-' || id, 2026, id, id, 'FOLLOW_UP', 'LIVC', %(agency)s, %(first)s,
    {_OWNERS}[1 + id %% %(workers)s], 'Go on', %(first)s, 1
FROM cases_person
"""  # noqa: S608 -- of the statement above
_GRANTS = """
INSERT INTO cases_caseaccess (recorded_at, casefile_id, city_id, user_id, posting_id, reference, compartment, ground,
    reason, ended_because, starts_at)
SELECT %(at)s, c.id, c.city_id, c.owner_id, p.id, c.reference, 'CORE', 'TEAM', '', '', %(at)s
FROM cases_casefile c JOIN cities_posting p ON p.user_id = c.owner_id
"""
_PLANS = """
INSERT INTO cases_followupplan (recorded_at, casefile_id, city_id, number, state, summary, person_view, consent,
    consent_by, starts_on, agreed_on, version)
SELECT %(at)s, id, city_id, 1, 'AGREED', '', '', 'GIVEN', '', %(first)s, %(first)s, 1 FROM cases_casefile
"""
_RHYTHMS = """
INSERT INTO cases_rhythm (recorded_at, casefile_id, city_id, plan_id, kind, frequency, every, weekdays, duration,
    place, tolerance_days, policy, caseworker_id, starts_on, state, materialised_until, set_aside_error, version,
    with_interpreter, within_week, who_else, early_days, avoids_regional, avoids_school, is_critical)
SELECT %(at)s, p.casefile_id, p.city_id, p.id, 'OFFICE', 'WEEKS', every, ARRAY[(p.id %% 5)::int], 45, 'Desk 3', 0,
    'NEXT', c.owner_id, %(first)s, 'ACTIVE', %(first)s, '', 1, false, false, '', 0, false, false, false
FROM cases_followupplan p JOIN cases_casefile c ON c.id = p.casefile_id, (VALUES (1), (2)) AS v (every)
"""
STAFF = (_USERS, _POSTINGS)
CASES = (_PEOPLE, _CASES, _GRANTS, _PLANS, _RHYTHMS)

#: What `materialise` is compared with.
PLAINLY = """
INSERT INTO cases_checkin (recorded_at, casefile_id, city_id, rhythm_id, plan_id, kind, caseworker_id, due_time,
    duration, place, tolerance_days, outcome, asked_by, version, occurs_on, due_on, moved_because, state, late_from,
    with_interpreter, within_week, who_else, is_critical, by_hand)
SELECT %(at)s, casefile_id, city_id, id, plan_id, kind, caseworker_id, time, duration, place, tolerance_days, '', '', 1,
    day, day, '', 'PLANNED', day + 1, false, false, '', false, false
FROM (
    SELECT r.*, (starts_on + weekdays[1] + 7 * every * n) AS day FROM cases_rhythm r, generate_series(0, 1) n
    WHERE state = 'ACTIVE' AND materialised_until < %(until)s AND 7 * every * n < 14
) r
ON CONFLICT DO NOTHING
"""

#: As the clock leaves things when it has done all.
ALL_IS_TOLD = "UPDATE cases_checkin SET reminded_at = %(at)s WHERE state = 'PLANNED'"
ALL_IS_MADE = "UPDATE cases_rhythm SET materialised_until = %(until)s WHERE materialised_until < %(until)s"
ALL_HAD_THEIR_DAY = "UPDATE cities_user SET next_digest_at = %(at)s + interval '1 day'"

#: Some weekly rhythms have one day more to make, a Saturday; some contacts are news; some are late.
SOME_TO_MAKE = """
UPDATE cases_rhythm SET weekdays = '{5}', materialised_until = %(first)s + 7
WHERE id IN (SELECT id FROM cases_rhythm WHERE every = 1 ORDER BY id LIMIT %(due)s)
"""
SOME_TO_TELL = """
UPDATE cases_checkin SET reminded_at = NULL
WHERE id IN (SELECT id FROM cases_checkin WHERE due_on = %(first)s + 1 ORDER BY id LIMIT %(due)s)
"""
SOME_LATE = """
UPDATE cases_checkin SET late_from = %(first)s
WHERE id IN (SELECT id FROM cases_checkin WHERE due_on > %(first)s + 7 ORDER BY id LIMIT %(due)s)
"""
