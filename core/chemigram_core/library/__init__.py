"""Operations on a whole library, or a folder of one: its repositories, tagged images, moved images."""
