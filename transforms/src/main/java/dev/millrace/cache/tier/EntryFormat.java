// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.cache.tier;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdException;
import com.google.common.hash.HashFunction;
import com.google.common.hash.Hashing;
import dev.millrace.connect.Secret;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * An entry as bytes, for where others may write too, or hardware fails. What is read is checked to
 * the last bit, in an order in which nothing is believed before it is checked, and nothing is
 * allocated that the settings do not allow.
 *
 * <pre>
 * magic       4 bytes  MREN
 * version     1
 * flags       1        1 negative, 2 compressed, 4 authenticated
 * loaded      8        milliseconds since 1970
 * expires     8        milliseconds since 1970
 * cost        8        nanoseconds
 * key length  4
 * length      4        of the value
 * payload length 4     of the value as it follows
 * key, payload
 * check       4        CRC32C, or 32 of HMAC-SHA256 if authenticated
 * </pre>
 *
 * <p>Numbers are big-endian. The check is of the scope, its length before it, and of all that
 * stands before the check: an entry that was carried over from another cache is not genuine.
 *
 * <p>Immutable and safe to share between threads.
 */
public final class EntryFormat {

  /** Of the form above; entries of another are not read. */
  public static final int VERSION = 1;

  /** What a secret has at least. */
  static final int SECRET_BYTES = 16;

  private static final int MAGIC = 0x4D52454E;
  private static final int HEADER = 42;
  private static final int NEGATIVE = 1;
  private static final int COMPRESSED = 2;
  private static final int AUTHENTICATED = 4;
  private static final int CRC_BYTES = 4;
  private static final int MAC_BYTES = 32;

  /** Saves most of the time of the usual level 3, and little less of the room. */
  private static final int LEVEL = 1;

  private final byte[] scope;
  private final long compressAbove;
  private final long largest;
  private final @Nullable HashFunction mac;

  /** What bytes turned out to be. */
  public sealed interface Decoded {}

  /** What the key was asked for. */
  public record Found(Entry entry) implements Decoded {}

  /** A whole entry, of another key. */
  public record OtherKey() implements Decoded {}

  /**
   * No entry, or none that can be trusted.
   *
   * @param why in a word or two
   */
  public record Damaged(String why) implements Decoded {}

  /**
   * A format.
   *
   * @param scope what the entries belong to, as the name of their cache
   * @throws IllegalStateException if the secret is not where it should be
   * @throws IllegalArgumentException if the secret is too short
   */
  public EntryFormat(String scope, FormatSettings settings) {
    byte[] name = scope.getBytes(StandardCharsets.UTF_8);
    this.scope = ByteBuffer.allocate(4 + name.length).putInt(name.length).put(name).array();
    this.compressAbove = settings.compressAbove().bytes();
    this.largest = settings.largest().bytes();
    this.mac = settings.secret() == null ? null : mac(settings.secret());
  }

  private static HashFunction mac(Secret secret) {
    byte[] bytes = secret.reveal().getBytes(StandardCharsets.UTF_8);
    if (bytes.length < SECRET_BYTES) {
      throw new IllegalArgumentException(
          "Invalid secret of cache entries: %d bytes (must be %d or more)"
              .formatted(bytes.length, SECRET_BYTES));
    }
    return Hashing.hmacSha256(bytes);
  }

  /** The most bytes that an entry takes. */
  public long mostBytes() {
    return HEADER + largest + MAC_BYTES;
  }

  /** An entry as bytes; null if it is larger than the settings allow. */
  public byte @Nullable [] encode(CacheKey key, Entry entry) {
    byte[] value = entry.value() == null ? new byte[0] : entry.value();
    int keyLength = key.bytes().length;
    if ((long) keyLength + value.length > largest) {
      return null;
    }
    byte[] compressed = value.length > compressAbove ? compress(value) : null;
    byte[] payload = compressed == null ? value : compressed;
    int flags =
        (entry.isNegative() ? NEGATIVE : 0)
            | (compressed == null ? 0 : COMPRESSED)
            | (mac == null ? 0 : AUTHENTICATED);
    int body = HEADER + keyLength + payload.length;
    ByteBuffer bytes = ByteBuffer.allocate(body + checkLength());
    bytes.putInt(MAGIC).put((byte) VERSION).put((byte) flags);
    bytes.putLong(entry.loaded()).putLong(entry.expires()).putLong(entry.cost());
    bytes.putInt(keyLength).putInt(value.length).putInt(payload.length);
    bytes.put(key.bytes()).put(payload);
    return bytes.put(check(bytes.array(), body)).array();
  }

  /** Null if it would not be smaller. */
  private static byte @Nullable [] compress(byte[] value) {
    byte[] smaller = new byte[value.length - 1];
    try {
      long length =
          Zstd.compressByteArray(smaller, 0, smaller.length, value, 0, value.length, LEVEL);
      return Zstd.isError(length) ? null : Arrays.copyOf(smaller, (int) length);
    } catch (ZstdException noRoom) {
      return null;
    }
  }

  /**
   * What the bytes hold for a key. It never fails.
   *
   * @param bytes any
   */
  public Decoded decode(byte[] bytes, CacheKey key) {
    int checkLength = checkLength();
    if (bytes.length < HEADER + checkLength || bytes.length > mostBytes()) {
      return new Damaged("length");
    }
    ByteBuffer header = ByteBuffer.wrap(bytes);
    if (header.getInt() != MAGIC || header.get() != VERSION) {
      return new Damaged("version");
    }
    int flags = header.get();
    if ((flags & AUTHENTICATED) != (mac == null ? 0 : AUTHENTICATED)) {
      return new Damaged("authentication");
    }
    int body = bytes.length - checkLength;
    if (!MessageDigest.isEqual(check(bytes, body), Arrays.copyOfRange(bytes, body, bytes.length))) {
      return new Damaged("check");
    }
    long loaded = header.getLong();
    long expires = header.getLong();
    long cost = header.getLong();
    int keyLength = header.getInt();
    int length = header.getInt();
    int payloadLength = header.getInt();
    if (keyLength < 0 || payloadLength < 0 || HEADER + (long) keyLength + payloadLength != body) {
      return new Damaged("length");
    }
    if (length < 0 || (long) keyLength + length > largest) {
      return new Damaged("size");
    }
    byte[] expected = key.bytes();
    if (!Arrays.equals(bytes, HEADER, HEADER + keyLength, expected, 0, expected.length)) {
      return new OtherKey();
    }
    int from = HEADER + keyLength;
    return switch (flags & ~AUTHENTICATED) {
      case 0 ->
          length == payloadLength
              ? new Found(new Entry(Arrays.copyOfRange(bytes, from, body), loaded, expires, cost))
              : new Damaged("length");
      case COMPRESSED -> {
        byte[] value = decompress(bytes, from, payloadLength, length);
        yield value == null
            ? new Damaged("compression")
            : new Found(new Entry(value, loaded, expires, cost));
      }
      case NEGATIVE ->
          length == 0 && payloadLength == 0
              ? new Found(new Entry(null, loaded, expires, cost))
              : new Damaged("length");
      default -> new Damaged("flags");
    };
  }

  /** Null unless it has exactly the length that was announced. */
  private static byte @Nullable [] decompress(byte[] bytes, int from, int count, int length) {
    try {
      if (Zstd.getFrameContentSize(bytes, from, count) != length) {
        return null;
      }
      // Into as much room as was announced: what would take more fails.
      byte[] value = new byte[length];
      long actual = Zstd.decompressByteArray(value, 0, length, bytes, from, count);
      return actual == length ? value : null;
    } catch (ZstdException damaged) {
      return null;
    }
  }

  private int checkLength() {
    return mac == null ? CRC_BYTES : MAC_BYTES;
  }

  private byte[] check(byte[] bytes, int length) {
    if (mac != null) {
      return mac.newHasher().putBytes(scope).putBytes(bytes, 0, length).hash().asBytes();
    }
    CRC32C crc = new CRC32C();
    crc.update(scope);
    crc.update(bytes, 0, length);
    return ByteBuffer.allocate(CRC_BYTES).putInt((int) crc.getValue()).array();
  }
}
