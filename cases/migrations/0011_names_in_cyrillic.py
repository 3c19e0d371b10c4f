from typing import Any

from django.db import migrations

from cases.people.rules import fold

# The owner of the tables sees no row of them, so for these statements the policies don't bind her; see 0009.
TABLES = ("cases_personname", "cases_person")
CYRILLIC = "[\u0400-\u052f]"


def fold_anew(apps: Any, schema_editor: Any) -> None:
    """Names in Cyrillic are compared by Latin letters from here on. One that then says what another name of the same
    person says already is left: the person is found by that one."""
    with schema_editor.connection.cursor() as cursor:
        for table in TABLES:
            cursor.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
        cursor.execute("SELECT id, name FROM cases_personname WHERE folded ~ %s ORDER BY id", [CYRILLIC])
        for number, name in cursor.fetchall():
            cursor.execute(
                "UPDATE cases_personname n SET folded = %(folded)s WHERE id = %(id)s AND NOT EXISTS (SELECT FROM "
                "cases_personname o WHERE o.person_id = n.person_id AND o.kind = n.kind AND o.folded = %(folded)s)",
                {"id": number, "folded": fold(name)},
            )
        cursor.execute("SELECT id, official_name FROM cases_person WHERE sort_name ~ %s ORDER BY id", [CYRILLIC])
        for number, name in cursor.fetchall():
            cursor.execute("UPDATE cases_person SET sort_name = %s WHERE id = %s", [fold(name), number])
        for table in TABLES:
            cursor.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")


class Migration(migrations.Migration):

    dependencies = [
        ("cases", "0010_messages_in_groups_and_to_the_person"),
    ]

    operations = [migrations.RunPython(fold_anew, migrations.RunPython.noop)]
