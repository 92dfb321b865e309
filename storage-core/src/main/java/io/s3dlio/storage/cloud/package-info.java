/**
 * What stores that are reached over HTTP have in common: requests that are tried again within a
 * budget, endpoints and how many requests each bears, listings by pages, checks of answers.
 */
@NullMarked
package io.s3dlio.storage.cloud;

import org.jspecify.annotations.NullMarked;
