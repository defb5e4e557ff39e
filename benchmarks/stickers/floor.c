/* The floor: deflate finished page streams with zlib 6 and write them. Nothing is laid out or drawn.
   Input: repeated (4-byte little-endian length, bytes). Prints seconds and bytes written. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <zlib.h>

int main(int argc, char **argv) {
    if (argc != 3) return 2;
    FILE *in = fopen(argv[1], "rb"), *out = fopen(argv[2], "wb");
    if (!in || !out) return 1;
    fseek(in, 0, SEEK_END);
    long size = ftell(in);
    rewind(in);
    unsigned char *all = malloc(size);
    if (fread(all, 1, size, in) != (size_t)size) return 1;
    uLong room = compressBound(1 << 24), written = 0;
    unsigned char *buffer = malloc(room);
    struct timespec a, b;
    clock_gettime(CLOCK_MONOTONIC, &a);
    for (long at = 0; at < size;) {
        uint32_t length;
        __builtin_memcpy(&length, all + at, 4);
        uLongf packed = room;
        if (compress2(buffer, &packed, all + at + 4, length, 6) != Z_OK) return 1;
        if (fwrite(buffer, 1, packed, out) != packed) return 1;
        written += packed;
        at += 4 + length;
    }
    fclose(out);
    clock_gettime(CLOCK_MONOTONIC, &b);
    printf("%.6f %lu\n", (b.tv_sec - a.tv_sec) + (b.tv_nsec - a.tv_nsec) / 1e9, written);
    return 0;
}
