// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.pipelines.airquality.gold;

import dev.millrace.pipelines.airquality.index.Category;
import java.util.EnumMap;
import java.util.Map;

/** How many hours were in each category. Immutable. */
final class CategoryHours {
  static final CategoryHours NONE = new CategoryHours(Map.of());

  private final Map<Category, Integer> hours;

  private CategoryHours(Map<Category, Integer> hours) {
    this.hours = hours;
  }

  /** Counts with some more hours of a category. */
  CategoryHours plus(Category category, int count) {
    Map<Category, Integer> sum = new EnumMap<>(Category.class);
    sum.putAll(hours);
    sum.merge(category, count, Integer::sum);
    return new CategoryHours(sum);
  }

  CategoryHours plus(CategoryHours other) {
    CategoryHours sum = this;
    for (Category category : Category.values()) {
      sum = sum.plus(category, other.of(category));
    }
    return sum;
  }

  int of(Category category) {
    return hours.getOrDefault(category, 0);
  }

  /** Hours with an index at all. */
  int valid() {
    return hours.values().stream().mapToInt(Integer::intValue).sum();
  }
}
