/* SPDX-License-Identifier: MIT
 * fuzz.h - what the fuzz targets share: how they take their input apart, and how they say that a property is broken. */
#ifndef BINDGUARD_TESTS_FUZZ_H
#define BINDGUARD_TESTS_FUZZ_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/** must - the property that a target asserts; abort(3) is what libFuzzer takes for a find. */
#define must(condition)                                                                                                \
	do {                                                                                                           \
		if (!(condition)) {                                                                                    \
			fprintf(stderr, "%s:%d: broken: %s\n", __FILE__, __LINE__, #condition);                        \
			abort();                                                                                       \
		}                                                                                                      \
	} while (0)

/** UNTRACED - what is done here teaches the fuzzer nothing about the code under test, and costs more when traced. */
#define UNTRACED __attribute__((no_sanitize("coverage")))

/** struct input - what is left of the fuzzer's bytes. */
struct input {
	const uint8_t *bytes;
	size_t left;
};

/** input_take - the next @size bytes into @to; zeros where they are used up. */
static inline void
input_take(struct input *input, void *to, size_t size)
{
	size_t have = size < input->left ? size : input->left;

	memset(to, 0, size);
	if (have)
		memcpy(to, input->bytes, have);
	input->bytes += have;
	input->left -= have;
}

/** input_byte - the next byte, 0 where there is none. */
static inline uint8_t
input_byte(struct input *input)
{
	uint8_t byte;

	input_take(input, &byte, 1);
	return byte;
}

/** input_copy - the next @size bytes, or as many as there are, in memory of just that size: to be freed. */
static inline void *
input_copy(struct input *input, size_t *size)
{
	void *copy;

	if (*size > input->left)
		*size = input->left;
	copy = malloc(*size ? *size : 1);
	must(copy);
	input_take(input, copy, *size);
	return copy;
}

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#endif
