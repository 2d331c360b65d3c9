"""The documentation pages that the rules come from."""

COPY = "https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CopySnapshot.html"
TAGS = "https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_Tag.html"
COPYING = "https://docs.aws.amazon.com/ebs/latest/userguide/ebs-copy-snapshot.html"
TIME_BASED = "https://docs.aws.amazon.com/ebs/latest/userguide/time-based-copies.html"
ENCRYPTION = "https://docs.aws.amazon.com/ebs/latest/userguide/ebs-encryption.html"
PARTITIONS = "https://docs.aws.amazon.com/govcloud-us/latest/UserGuide/govcloud-ebs.html"
FCU = "https://docs.outscale.com/en/userguide/Copying-a-Snapshot.html"
