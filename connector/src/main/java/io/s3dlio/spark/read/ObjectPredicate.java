package io.s3dlio.spark.read;

/** A predicate on what a listing knows of an object. */
@FunctionalInterface
interface ObjectPredicate {
  Truth test(ObjectTable objects, int object);

  static ObjectPredicate always(Truth truth) {
    return (objects, object) -> truth;
  }
}
