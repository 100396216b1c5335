// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.cache.tier;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.control.ByteSize;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RedisSettingsTest {

  private static final RedisSettings USUAL = RedisSettings.of("redis://localhost");

  @Test
  void of_shouldTakeUserAndPasswordOutOfTheUrl() {
    RedisSettings settings = RedisSettings.of("rediss://me:a%40b+c@cache.example:7000/3");

    assertThat(settings.url()).isEqualTo("rediss://cache.example:7000/3");
    assertThat(settings.user()).isEqualTo("me");
    assertThat(requireNonNull(settings.password()).reveal()).isEqualTo("a@b+c");
    assertThat(settings.tls()).isTrue();
    assertThat(settings.host()).isEqualTo("cache.example");
    assertThat(settings.port()).isEqualTo(7000);
    assertThat(settings.database()).isEqualTo(3);
    assertThat(settings.toString()).doesNotContain("a@b").doesNotContain("a%40b");
  }

  @Test
  void of_shouldHaveRedisOwnDefaults() {
    RedisSettings settings = RedisSettings.of("redis://[::1]");

    assertThat(settings.host()).isEqualTo("::1");
    assertThat(settings.port()).isEqualTo(6379);
    assertThat(settings.database()).isZero();
    assertThat(settings.tls()).isFalse();
    assertThat(settings.user()).isNull();
    assertThat(settings.password()).isNull();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "localhost",
        "http://localhost",
        "redis://",
        "redis://:kanarie@",
        "redis://u:kanarie@host:70000",
        "redis://u:kanarie@host/x",
        "redis://u:kanarie@host/1?kanarie",
        "redis://u:kana rie@host",
        "redis://u:kana/rie@host",
        "redis://host#kanarie",
        "redis://host?password=kanarie",
      })
  void of_shouldRefuseWhatIsNoUrl_andNotTellPasswords(String url) {
    assertThatThrownBy(() -> RedisSettings.of(url))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("Invalid URL of Redis: ")
        .hasMessageEndingWith(" (must be as redis://host:6379/0, or rediss:// for TLS)")
        .hasMessageNotContaining("kana");
  }

  @Test
  void settings_shouldRefuseWhatIsOutOfRange() {
    assertThatThrownBy(() -> USUAL.withTimeout(Duration.ofMillis(9)))
        .hasMessage("Invalid timeout of Redis: PT0.009S (must be between 10 ms and 1 min)");
    assertThatThrownBy(() -> USUAL.withBatch(0, ByteSize.ofMebibytes(1)))
        .hasMessage("Invalid batch of Redis: 0 (must be between 1 and 10000)");
    assertThatThrownBy(() -> USUAL.withBatch(1, ByteSize.ofMebibytes(65)))
        .hasMessage("Invalid batch of Redis: 65MiB (must be between 1KiB and 64MiB)");
    assertThatThrownBy(() -> USUAL.withOutstanding(0, ByteSize.ofMebibytes(1)))
        .hasMessageStartingWith("Invalid number of requests to Redis: 0 (must be ");
    assertThatThrownBy(() -> USUAL.withOutstanding(1, ByteSize.ofMebibytes(2_000)))
        .hasMessageStartingWith("Invalid size of outstanding writes to Redis: 2.0GiB (must be ");
    assertThatThrownBy(() -> USUAL.withTenant("a:b"))
        .hasMessageStartingWith("Invalid name of a tenant: a:b (must be ");
  }
}
