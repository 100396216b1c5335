// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.runners.backfill;

import com.google.common.base.CharMatcher;
import com.google.common.base.Splitter;
import java.util.List;
import picocli.CommandLine.ITypeConverter;

/**
 * Flags for the JVMs that are started.
 *
 * @param words one for each flag, as in {@code -Xmx512m}
 */
record JvmFlags(List<String> words) {

  static final JvmFlags NONE = new JvmFlags(List.of());

  JvmFlags {
    words = List.copyOf(words);
  }

  @Override
  public String toString() {
    return String.join(" ", words);
  }

  static final class Converter implements ITypeConverter<JvmFlags> {
    private static final Splitter WORDS = Splitter.on(CharMatcher.whitespace()).omitEmptyStrings();

    @Override
    public JvmFlags convert(String value) {
      return new JvmFlags(WORDS.splitToList(value));
    }
  }
}
