// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.testing;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;

/**
 * Names of tables and columns that SQL takes only in quotes, and that do harm where the quoting is
 * wrong: each is one that PostgreSQL can give, so of 1 to 63 bytes. Many of them speak of a table
 * {@code canary}.
 */
public final class HostileNames {

  /** What PostgreSQL keeps of a name, in bytes. */
  private static final int LONGEST = 63;

  private static final List<String> INJECTIONS =
      List.of(
          "\"; DROP TABLE canary; --",
          "'; DROP TABLE canary; --",
          "\\'; DROP TABLE canary; --",
          "\"\"; DELETE FROM canary; --",
          "*/ DROP TABLE canary; /*",
          "$$; DROP TABLE canary; $$",
          "\n; DELETE FROM canary; --",
          "?; UPDATE canary SET v = 0; --",
          "x\" FROM canary; --",
          "x\") FROM canary; --",
          "x'::text FROM canary; --",
          "{fn canary()}",
          "{call canary}",
          ":canary",
          "canary",
          "public.canary",
          "\"public\".\"canary\"");

  private static final List<String> PARTS =
      List.of(
          "\"",
          "\"\"",
          "'",
          "''",
          "\\",
          "\\\\",
          ";",
          "--",
          "/*",
          "*/",
          "$$",
          "$1",
          "$body$",
          "E'",
          "U&\"",
          "?",
          "??",
          "?::int",
          "%",
          "%%",
          "%s",
          "%1$s",
          "%n",
          "{",
          "}",
          "{}",
          "{0}",
          "{fn now()}",
          "{d '2020-01-01'}",
          "{ts '",
          "${x}",
          ":name",
          "::text",
          "@x",
          "#",
          "`",
          "[1]",
          "(",
          ")",
          ",",
          ".",
          "..",
          "*",
          "=",
          "<>",
          "|",
          "&",
          "!",
          "~",
          "^",
          "+",
          " ",
          "  ",
          "\t",
          "\n",
          "\r\n",
          "\f",
          "\u0001",
          "\u007f",
          "\u0085",
          "\u00a0",
          "\u200b",
          "\u200f",
          "\u202e",
          "\u2028",
          "\ufeff",
          "\uff02",
          "\u02bc",
          "é",
          "e\u0301",
          "ß",
          "İ",
          "ı",
          "Ω",
          "עברית",
          "العربية",
          "列",
          "\ud83d\ude80",
          "select",
          "SELECT",
          "table",
          "user",
          "null",
          "true",
          "order",
          "group",
          "from",
          "where",
          "primary",
          "Id",
          "ID",
          "0",
          "1",
          "0x1f",
          "1e5",
          "-1");

  /** Names that SQL uses for other things, of Millrace as well. */
  private static final List<String> ALIASES =
      List.of(
          "t",
          "s",
          "l",
          "r",
          "n",
          "w",
          "k",
          "p",
          "b",
          "g",
          "c1",
          "c2",
          "old",
          "new",
          "excluded",
          "number",
          "value",
          "texts",
          "digest",
          "sqlstate",
          "message",
          "millrace_place",
          "count",
          "row",
          "a.b",
          "\"a\".\"b\"",
          "../../etc/passwd");

  private HostileNames() {}

  /**
   * Names that all differ: the worst first, and then what is put together of parts of them by
   * chance.
   *
   * @param seed the same names for the same seed
   * @param count how many, some hundred or more
   */
  public static List<String> of(long seed, int count) {
    Set<String> names = new LinkedHashSet<>();
    names.addAll(INJECTIONS);
    names.addAll(PARTS);
    names.addAll(ALIASES);
    for (String edge : List.of("a", "\"", "'", "\\", "?", "é", "€", "\ud83d\ude80")) {
      String name = cut(edge.repeat(LONGEST));
      names.add(name);
      // One character across the edge would not be whole any more.
      names.add("a".repeat(LONGEST - bytes(edge)) + edge);
    }
    Random random = new Random(seed);
    while (names.size() < count) {
      StringBuilder name = new StringBuilder();
      for (int parts = 1 + random.nextInt(6); parts > 0; parts--) {
        name.append(part(random));
      }
      if (random.nextInt(8) == 0) {
        name.append("a".repeat(LONGEST));
      }
      names.add(cut(name.toString()));
    }
    return new ArrayList<>(names).subList(0, count);
  }

  private static String part(Random random) {
    return switch (random.nextInt(8)) {
      case 0 -> INJECTIONS.get(random.nextInt(INJECTIONS.size()));
      case 1 -> ALIASES.get(random.nextInt(ALIASES.size()));
      case 2 -> Character.toString('a' + random.nextInt(26));
      default -> PARTS.get(random.nextInt(PARTS.size()));
    };
  }

  /** As much of a name, in whole characters, as PostgreSQL keeps. */
  private static String cut(String name) {
    int end = 0;
    for (int bytes = 0; end < name.length(); ) {
      String character = Character.toString(name.codePointAt(end));
      bytes += bytes(character);
      if (bytes > LONGEST) {
        break;
      }
      end += character.length();
    }
    return name.substring(0, end);
  }

  private static int bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8).length;
  }
}
