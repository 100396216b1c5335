// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.cache.tier;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.luben.zstd.Zstd;
import com.google.common.primitives.Bytes;
import dev.millrace.cache.tier.EntryFormat.Damaged;
import dev.millrace.cache.tier.EntryFormat.Decoded;
import dev.millrace.cache.tier.EntryFormat.Found;
import dev.millrace.cache.tier.EntryFormat.OtherKey;
import dev.millrace.connect.Secret;
import dev.millrace.control.ByteSize;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;
import java.util.zip.CRC32C;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EntryFormatTest {

  private static final FormatSettings CHECKED =
      FormatSettings.DEFAULT.withCompressAbove(ByteSize.ofBytes(100));
  private static final FormatSettings AUTHENTICATED =
      CHECKED.withSecret(Secret.inline("a secret of sixteen"));

  private static final CacheKey KEY = CacheKey.of("key".getBytes(UTF_8));

  /** Where the fields stand, as the format's documentation says. */
  private static final int FLAGS = 5;

  private static final int VALUE_LENGTH = 34;
  private static final int PAYLOAD = 42;

  private static EntryFormat format(FormatSettings settings) {
    return new EntryFormat("c", settings);
  }

  private static FormatSettings settings(boolean authenticated) {
    return authenticated ? AUTHENTICATED : CHECKED;
  }

  private static byte[] encoded(EntryFormat format, CacheKey key, Entry entry) {
    return requireNonNull(format.encode(key, entry));
  }

  private static Entry entry(byte @Nullable [] value) {
    return new Entry(value, 1_000, 2_000, 3);
  }

  /** Half of what is stored looks like text, the other half does not. */
  private static byte[] value(long seed, int length, boolean text) {
    Random random = new Random(seed);
    byte[] value = new byte[length];
    random.nextBytes(value);
    if (text) {
      for (int i = 0; i < length; i++) {
        value[i] = (byte) ('a' + (value[i] & 3));
      }
    }
    return value;
  }

  @Property
  void decode_shouldGiveBackWhatWasEncoded(
      @ForAll @Size(max = 200) byte[] key,
      @ForAll @IntRange(max = 5_000) int length,
      @ForAll long seed,
      @ForAll long loaded,
      @ForAll long expires,
      @ForAll long cost,
      @ForAll boolean text,
      @ForAll boolean negative,
      @ForAll boolean authenticated) {
    EntryFormat format = format(settings(authenticated));
    CacheKey asked = CacheKey.of(key);
    Entry entry = new Entry(negative ? null : value(seed, length, text), loaded, expires, cost);

    byte[] bytes = encoded(format, asked, entry);

    assertThat(format.decode(bytes, asked)).isEqualTo(new Found(entry));
    assertThat((long) bytes.length).isLessThanOrEqualTo(format.mostBytes());
    assertThat(format.decode(bytes, CacheKey.of(Bytes.concat(key, new byte[1]))))
        .isEqualTo(new OtherKey());
  }

  @Property(tries = 60)
  void decode_shouldFindEveryBitThatFlipped(
      @ForAll @Size(max = 20) byte[] key,
      @ForAll @IntRange(max = 200) int length,
      @ForAll long seed,
      @ForAll boolean text,
      @ForAll boolean authenticated) {
    EntryFormat format = format(settings(authenticated));
    CacheKey asked = CacheKey.of(key);
    byte[] bytes = encoded(format, asked, entry(value(seed, length, text)));

    for (int bit = 0; bit < 8 * bytes.length; bit++) {
      byte[] flipped = bytes.clone();
      flipped[bit / 8] ^= (byte) (1 << (bit % 8));
      assertThat(format.decode(flipped, asked)).as("bit %d", bit).isInstanceOf(Damaged.class);
    }
  }

  @Property(tries = 60)
  void decode_shouldFindWhatIsMissingOrTooMuch(
      @ForAll @Size(max = 20) byte[] key,
      @ForAll @IntRange(max = 200) int length,
      @ForAll long seed,
      @ForAll boolean text,
      @ForAll boolean authenticated) {
    EntryFormat format = format(settings(authenticated));
    CacheKey asked = CacheKey.of(key);
    byte[] bytes = encoded(format, asked, entry(value(seed, length, text)));

    for (int count = 0; count < bytes.length; count++) {
      assertThat(format.decode(Arrays.copyOf(bytes, count), asked))
          .as("the first %d bytes", count)
          .isInstanceOf(Damaged.class);
      assertThat(format.decode(Arrays.copyOfRange(bytes, count + 1, bytes.length), asked))
          .as("without the first %d bytes", count + 1)
          .isInstanceOf(Damaged.class);
    }
    assertThat(format.decode(Arrays.copyOf(bytes, bytes.length + 1), asked))
        .isInstanceOf(Damaged.class);
  }

  @Property
  void decode_shouldRefuseGarbage(@ForAll @Size(max = 300) byte[] garbage) {
    assertThat(format(CHECKED).decode(garbage, KEY)).isInstanceOf(Damaged.class);
    assertThat(format(AUTHENTICATED).decode(garbage, KEY)).isInstanceOf(Damaged.class);
  }

  /** A check that fits does not make what it covers true: each field is looked at. */
  @Property
  void decode_shouldNotFail_whenFieldsAreWrongAndTheCheckIsRight(
      @ForAll @IntRange(min = FLAGS, max = PAYLOAD - 1) int at,
      @ForAll byte wrong,
      @ForAll @IntRange(max = 300) int length,
      @ForAll boolean text) {
    EntryFormat format = format(CHECKED);
    Entry entry = entry(value(1, length, text));
    byte[] bytes = encoded(format, KEY, entry);
    boolean same = bytes[at] == wrong;
    bytes[at] = wrong;

    Decoded decoded = format.decode(checked(bytes), KEY);

    if (same) {
      assertThat(decoded).isEqualTo(new Found(entry));
    } else if (decoded instanceof Found found && !found.entry().isNegative()) {
      assertThat(found.entry().value()).as("only times may differ").isEqualTo(entry.value());
    }
  }

  /** The bytes with the check of their own. */
  private static byte[] checked(byte[] bytes) {
    CRC32C crc = new CRC32C();
    crc.update(ByteBuffer.allocate(5).putInt(1).put((byte) 'c').array());
    crc.update(bytes, 0, bytes.length - 4);
    return ByteBuffer.wrap(bytes.clone()).putInt(bytes.length - 4, (int) crc.getValue()).array();
  }

  @Test
  void encode_shouldCompress_onlyWhatGetsSmaller() {
    EntryFormat format = format(CHECKED);
    int overhead = PAYLOAD + KEY.bytes().length + 4;

    assertThat(encoded(format, KEY, entry(new byte[10_000]))).hasSizeLessThan(200);
    assertThat(encoded(format, KEY, entry(value(1, 10_000, false)))).hasSize(overhead + 10_000);
    assertThat(encoded(format, KEY, entry(new byte[100]))).hasSize(overhead + 100);
  }

  @Test
  void encode_shouldRefuse_whatIsLargerThanTheLimit() {
    EntryFormat format = format(CHECKED.withLargest(ByteSize.ofBytes(1_000)));

    assertThat(format.encode(KEY, entry(new byte[997]))).isNotNull();
    assertThat(format.encode(KEY, entry(new byte[998]))).isNull();
    assertThat(format.encode(CacheKey.of(new byte[1_001]), entry(null))).isNull();
  }

  @Test
  void decode_shouldRefuse_whatWouldBeLargerThanTheLimit() {
    byte[] bytes = encoded(format(CHECKED), KEY, entry(new byte[1 << 20]));

    assertThat(bytes).hasSizeLessThan(1_000);
    assertThat(format(CHECKED.withLargest(ByteSize.ofKibibytes(512))).decode(bytes, KEY))
        .isEqualTo(new Damaged("size"));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 99, 100_000, (10 << 20) - 1, (10 << 20) + 1})
  void decode_shouldRefuseABomb_whateverLengthItAnnounces(int announced) {
    byte[] bomb = Zstd.compress(new byte[10 << 20], 1);
    assertThat(bomb).hasSizeLessThan(2_000);
    ByteBuffer bytes = ByteBuffer.allocate(PAYLOAD + KEY.bytes().length + bomb.length + 4);
    bytes.put(encoded(format(CHECKED), KEY, entry(new byte[0])), 0, VALUE_LENGTH);
    bytes.putInt(announced).putInt(bomb.length).put(KEY.bytes()).put(bomb);
    bytes.put(FLAGS, (byte) 2);

    assertThat(format(CHECKED).decode(checked(bytes.array()), KEY))
        .isEqualTo(new Damaged("compression"));
  }

  /** Also the frame itself says that it is small. */
  @Test
  void decode_shouldRefuseABomb_whoseFrameLies() {
    int announced = 70_000;
    byte[] bomb = Zstd.compress(new byte[10 << 20], 1);
    // After the magic number and a descriptor, which says: one byte of window, four of size.
    int at =
        Arrays.equals(Arrays.copyOfRange(bomb, 5, 9), new byte[] {0, 0, (byte) 0xA0, 0}) ? 5 : 6;
    ByteBuffer.wrap(bomb).putInt(at, Integer.reverseBytes(announced));
    assertThat(Zstd.getFrameContentSize(bomb)).isEqualTo(announced);
    ByteBuffer bytes = ByteBuffer.allocate(PAYLOAD + KEY.bytes().length + bomb.length + 4);
    bytes.put(encoded(format(CHECKED), KEY, entry(new byte[0])), 0, VALUE_LENGTH);
    bytes.putInt(announced).putInt(bomb.length).put(KEY.bytes()).put(bomb);
    bytes.put(FLAGS, (byte) 2);

    assertThat(format(CHECKED).decode(checked(bytes.array()), KEY))
        .isEqualTo(new Damaged("compression"));
  }

  @Test
  void decode_shouldRefuse_whatAnotherSecretAuthenticated() {
    EntryFormat other = format(CHECKED.withSecret(Secret.inline("another secret of it")));

    assertThat(other.decode(encoded(format(AUTHENTICATED), KEY, entry(new byte[9])), KEY))
        .isEqualTo(new Damaged("check"));
  }

  @Test
  void decode_shouldRefuse_whatNobodyAuthenticated() {
    byte[] bytes = encoded(format(CHECKED), KEY, entry(new byte[99]));

    assertThat(format(AUTHENTICATED).decode(bytes, KEY)).isEqualTo(new Damaged("authentication"));
    bytes[FLAGS] |= 4;
    assertThat(format(AUTHENTICATED).decode(checked(bytes), KEY)).isEqualTo(new Damaged("check"));
  }

  @Test
  void decode_shouldRefuse_whatItCannotAuthenticate() {
    assertThat(format(CHECKED).decode(encoded(format(AUTHENTICATED), KEY, entry(null)), KEY))
        .isEqualTo(new Damaged("authentication"));
  }

  @Test
  void decode_shouldRefuse_whatIsOfAnotherCache() {
    for (FormatSettings settings : new FormatSettings[] {CHECKED, AUTHENTICATED}) {
      byte[] bytes = encoded(new EntryFormat("d", settings), KEY, entry(new byte[9]));

      assertThat(format(settings).decode(bytes, KEY)).isEqualTo(new Damaged("check"));
    }
  }

  @Test
  void format_shouldRefuseAShortSecret() {
    assertThatThrownBy(() -> format(CHECKED.withSecret(Secret.inline("short"))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("Invalid secret of cache entries: 5 bytes (must be 16 or more)");
  }

  @Test
  void settings_shouldNotTellTheSecret() {
    assertThat(AUTHENTICATED.toString()).doesNotContain("sixteen").contains("(redacted)");
  }

  @Test
  void settings_shouldRefuseALimitThatFitsNoArray() {
    assertThatThrownBy(() -> CHECKED.withLargest(ByteSize.parse("2GiB")))
        .hasMessage("Invalid largest entry: 2GiB (must be between 1B and 1GiB)");
  }
}
