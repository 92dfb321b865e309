package io.s3dlio.datagen;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ObjectTypeTest {
  @ParameterizedTest
  @EnumSource
  void namesAreReadBackInAnyCase(ObjectType type) {
    assertThat(ObjectType.parse(type.toString())).isEqualTo(type);
    assertThat(ObjectType.parse(type.name())).isEqualTo(type);
    assertThat(type.toString()).isEqualTo(type.name().toLowerCase(Locale.ROOT));
  }

  @Test
  void unknownNamesAreRefusedNamingTheKnownOnes() {
    assertThatThrownBy(() -> ObjectType.parse("raw"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("Invalid objectType: 'raw' (known: zeros, random, tfrecord, npz, npy, hdf5)");
  }
}
