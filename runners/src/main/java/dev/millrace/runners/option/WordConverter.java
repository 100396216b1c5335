// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.runners.option;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * One of some words: the names of an enum's constants, as in {@code add-columns}.
 *
 * @param <E> the enum
 */
public abstract class WordConverter<E extends Enum<E>> implements ITypeConverter<E> {

  private final List<E> choices;

  protected WordConverter(Class<E> type) {
    this.choices = List.of(type.getEnumConstants());
  }

  /** As it is written in an option. */
  public static String word(Enum<?> choice) {
    return choice.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  @Override
  public final E convert(String value) {
    return choices.stream()
        .filter(choice -> word(choice).equals(value))
        .findFirst()
        .orElseThrow(() -> new TypeConversionException("must be " + all()));
  }

  private String all() {
    List<String> words = choices.stream().map(WordConverter::word).collect(Collectors.toList());
    String last = words.remove(words.size() - 1);
    return String.join(", ", words) + " or " + last;
  }
}
