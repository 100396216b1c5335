// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.connect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.postgresql.PGProperty;

class ConnectionSpecTest {

  private static final String BASE = "jdbc:postgresql://db1:5433,db2/shop";

  @Test
  void of_shouldTakeUserPasswordAndTimeoutsOutOfTheUrl() {
    ConnectionSpec spec =
        ConnectionSpec.of(
            BASE
                + "?user=a%26b&sslmode=verify-full&password=p%3Dw&connectTimeout=5&socketTimeout=60");

    assertThat(spec.url()).isEqualTo(BASE + "?sslmode=verify-full");
    assertThat(spec.user()).isEqualTo("a&b");
    assertThat(spec.password()).isEqualTo(Secret.inline("p=w"));
    assertThat(spec.timeouts().connect()).isEqualTo(Duration.ofSeconds(5));
    assertThat(spec.timeouts().stall()).isEqualTo(Duration.ofSeconds(60));
    assertThat(spec.toString()).doesNotContain("p=w", "p%3Dw");
  }

  @Test
  void of_shouldKeepTheValuesOfProperties() {
    ConnectionSpec spec = ConnectionSpec.of(BASE + "?options=-c%20search_path%3Da,b&ssl");

    assertThat(ConnectionSpec.of(spec.url())).isEqualTo(spec);
    assertThat(DriverUrl.parse(spec.url()).get("options")).isEqualTo("-c search_path=a,b");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "socketFactory=org.springframework.context.support.ClassPathXmlApplicationContext",
        "socketFactoryArg=http://attacker/x.xml",
        "sslfactory=org.postgresql.ssl.NonValidatingFactory",
        "sslpasswordcallback=x.Y",
        "sslhostnameverifier=x.Y",
        "authenticationPluginClassName=x.Y",
        "connectExecutor=x.Y",
        "xmlFactoryFactory=LEGACY_INSECURE",
        "loggerLevel=TRACE&loggerFile=/var/www/shell.jsp",
        "jaasApplicationName=x",
        "service=prod",
        "sslmode=require&SocketFactory=x",
        "%73ocketFactory=x",
        "sslpassword=x",
        "sslfactoryarg=x",
        "localSocketAddress=x",
        "kerberosServerName=x",
        "sspiServiceClass=x",
        "gsslib=gssapi",
        "jaasLogin=true",
        "replication=database",
        "logServerErrorDetail=true",
        "SSLMODE=disable"
      })
  void of_shouldLetNoPropertyPassThatLoadsOrWrites(String property) {
    assertThatThrownBy(() -> ConnectionSpec.of(BASE + "?" + property))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageMatching("Invalid property of a URL: \\w+ \\(must be one of .*sslmode.*\\)");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "ssl=true",
        "sslmode=verify-full",
        "sslNegotiation=direct",
        "sslrootcert=/etc/ca.pem",
        "sslcert=/etc/me.crt",
        "sslkey=/etc/me.pk8",
        "channelBinding=require",
        "gssEncMode=disable",
        "requireAuth=scram-sha-256"
      })
  void of_shouldLetPassHowAConnectionIsMadeSafe(String property) {
    String name = property.substring(0, property.indexOf('='));

    assertThat(DriverUrl.parse(ConnectionSpec.of(BASE + "?" + property).url()).get(name))
        .isEqualTo(property.substring(name.length() + 1));
  }

  /** What the driver learns in a later version does not pass by itself. */
  @Test
  void of_shouldKnowEveryPropertyThatPasses() {
    long passing =
        java.util.Arrays.stream(PGProperty.values())
            .filter(
                property -> {
                  try {
                    ConnectionSpec.of(BASE + "?" + property.getName() + "=1");
                    return true;
                  } catch (IllegalArgumentException refused) {
                    return false;
                  }
                })
            .count();

    assertThat(passing).isEqualTo(28);
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "-1", "1.5", "forever", ""})
  void of_shouldRefuseToWaitForEver(String timeout) {
    assertThatThrownBy(() -> ConnectionSpec.of(BASE + "?socketTimeout=" + timeout))
        .hasMessage("Invalid socketTimeout: " + timeout + " (must be whole seconds, 1 or more)");
  }

  @ParameterizedTest
  @ValueSource(strings = {"jdbc:mysql://db1/shop", "postgresql://db1/shop", ""})
  void of_shouldRefuseOtherDatabases(String url) {
    assertThatThrownBy(() -> ConnectionSpec.of(url + "?password=secret"))
        .hasMessageContaining("must begin with jdbc:postgresql:")
        .hasMessageNotContaining("secret");
  }
}
