// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.cache.tier;

import static org.assertj.core.api.Assertions.assertThat;

import com.codahale.metrics.Gauge;
import dev.millrace.cache.tier.TierMeter.Result;
import dev.millrace.observe.Measure;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class TierMeterTest {

  private static final byte[] VALUE = {1};

  private static Optional<Object> gauge(String metric) {
    String name = Measure.labelled(metric, "cache", "meter-gauges", "tier", "disk");
    return Optional.ofNullable(Measure.registry().getMetrics().get(name))
        .map(shown -> ((Gauge<?>) shown).getValue());
  }

  /** A tier of a certain size, as far as a gauge can see. */
  private record Sized(long entries, long bytes) implements Tier {
    @Override
    public Map<CacheKey, Entry> get(Collection<CacheKey> keys) {
      return Map.of();
    }

    @Override
    public void put(Map<CacheKey, Entry> entries) {}

    @Override
    public void remove(Collection<CacheKey> keys) {}

    @Override
    public void clear() {}

    @Override
    public void close() {}
  }

  @Test
  void answered_shouldCountEachRequestOnce() {
    TierMeter meter = new TierMeter("meter-answers", "disk");
    List<Entry> given =
        List.of(
            new Entry(VALUE, 10, 20, 0),
            new Entry(VALUE, 10, 16, 0),
            new Entry(null, 10, 20, 0),
            new Entry(null, 10, 15, 0),
            new Entry(VALUE, 16, 20, 0));

    meter.answered(10, given, 2, 15);

    assertThat(meter.requests(Result.HIT)).isEqualTo(2);
    assertThat(meter.requests(Result.NEGATIVE)).isEqualTo(1);
    assertThat(meter.requests(Result.STALE)).isEqualTo(2);
    assertThat(meter.requests(Result.ERROR)).isEqualTo(2);
    assertThat(meter.requests(Result.MISS)).isEqualTo(3);
  }

  @Test
  void show_shouldSumUpWhatIsOpen_andEndWithTheLast() {
    TierMeter meter = new TierMeter("meter-gauges", "disk");
    Tier one = new Sized(3, 100);
    Tier other = new Sized(4, 1_000);

    meter.show(one);
    new TierMeter("meter-gauges", "disk").show(other);
    assertThat(gauge("millrace_cache_entries")).contains(7L);
    assertThat(gauge("millrace_cache_bytes")).contains(1_100L);

    meter.hide(one);
    assertThat(gauge("millrace_cache_entries")).contains(4L);
    meter.hide(other);
    assertThat(gauge("millrace_cache_entries")).isEmpty();
    assertThat(gauge("millrace_cache_bytes")).isEmpty();
  }
}
