# formats: steps of the SPZ quantisation, half a step each where values are rounded
SPZ_POSITION = 0.5 / 4096 * 1.01
SPZ_LOG_SCALE = 0.5 / 16 * 1.01
SPZ_ALPHA = 0.5 / 255 * 1.01
SPZ_F_DC = 0.5 / (0.15 * 255) * 1.01
SPZ_SH_DEGREE_1 = 4.5 / 128 * 1.01  # to the nearest of 8 levels, after rounding to a whole level
SPZ_SH_ABOVE = 8.5 / 128 * 1.01
SPZ_ROTATION_DEG = {2: 12.0, 3: 0.25}
SPZ_COVARIANCE = 0.08  # of the largest axis' variance: scale steps of 6 %, twice
SPZ_COLOR_BYTES = 2.0
TRANSFORMS = 1e-9

# training
SPLIT_OPACITY_RTOL = 1e-3
SPLIT_TOTAL_RTOL = 2e-2  # the clip of very small opacities
SMALL_TRAINING_GAIN_DB = 5.0
SPACING_MEDIAN_RATIO = 1.1
PAIRS_PER_PIXEL = 0.25  # of the benchmark's gaussians: the kernel's dilation and 48 pixels at random

# exposure
EXPOSURE_GAIN = 0.01
EXPOSURE_BIAS = 0.005
EXPOSURE_AT_REST = 0.02  # the prior pulls
SIGHTED_GAIN = 0.02  # 8-bit colours, a tenth of the sightings wrong
TRAINED_GAIN_SHARE = 0.5  # of the spread is left, after 90 steps without sightings
COLOR_SUMS = 1e-5

# viewpoints
TOLD_VIEW = 1e-5  # a report rounds to six digits
VIEWMAT = 1e-9
FOCUS = 0.05  # scene units; the cameras stand 3 away and shake by 0.03
TURN_PER_FRAME_DEG = 8.0

# pictures
PAINTED_COLOR = 0.06  # of 0..1, after JPEG and H.264 with 4:2:0

# kernel
KERNEL_IMAGE = 1e-5  # of 0..1
KERNEL_LOSS = 1e-6
KERNEL_GRADIENT = 1e-4  # L2 per parameter group
KERNEL_BUILDS = 1e-5
FINITE_DIFFERENCE = 1e-4
SPECK_COVER = 0.05  # alphas below 1/255 are left out
ADAM_STEP = 2e-3  # of the rate: faint gradients differ from their sign by Adam's epsilon, values by their rounding
NOISE_SPREAD = 0.06  # 2048 samples
NOISE_MEAN = 0.1

# frames
H264_MEAN_LEVELS = 5.0  # of 255, on strong texture
COLOR_LEVELS = 2.5  # of 255, rounding of two conversions
PANNED_MEAN_LEVELS = 8.0  # of 255, lossy codec, then JPEG
FOCAL_RTOL = 0.01

# sample
SAMPLE_DEPTH = 2e-5  # of the depth: float32 planes over 500 pixels
SAMPLE_EDGE_SHARE = 0.002  # pixels whose centre lies within rounding of a silhouette
SAMPLE_SAME_POINT_LEVELS = 6.0  # median colour difference of a point seen from two places
SAMPLE_OVERLAP = 0.7
SAMPLE_NUM_FEATURES = 250  # SIFT, at 270 x 480
SAMPLE_VIDEO_PSNR_DB = 26.0

# poses
COLMAP_EXACT = 1e-12
COLMAP_ERROR_PX = 1e-9
LENS_PX = 1e-9
STRAIGHTENED_PX = 0.05  # how far beyond the picture's edge its straight border may reach
STRAIGHTENED_LEVELS = 1.0  # of 255, bilinear sampling of a smooth picture
DOWN_DEG = 3.0  # hands roll by 4 degrees
DOWN_FROM_EDGES_DEG = 1.0
DOWN_FROM_TABLE_DEG = 2.0
SFM_CENTERS = 0.01  # rmse after alignment, of the spread
SFM_ROTATION_DEG = 0.5
SFM_FOCAL = 0.02
SFM_UPRIGHT_DEG = 4.0
SFM_REPROJECTION_PX = 1.0
FOX_CENTERS = 0.01
FOX_ROTATION_DEG = 1.0
WORLD_FRAME = 1e-9

# end to end, on the small made video
SMALL_RUN_PSNR_DB = 22.0
SAMPLE_CENTERS_SHARE = 0.02
SAMPLE_ROTATIONS_DEG = 0.5
SAMPLE_UP_DEG = 3.0
STOP_WITHIN_S = 2.0

# end to end, on the fox video
FOX_DRAFT_PSNR_DB = 26.5
FOX_UPRIGHT_COSINE = 0.8

# mesh
KERNEL_DEPTH = 1e-4  # of the depth
KERNEL_DEPTH_OTHER_SHARE = 0.002  # pixels whose transmittance comes within rounding of one half
TSDF_SAMPLE = 1e-4
TSDF_OTHER_PIXEL_SHARE = 2e-4
SURFACE_VERTEX = 2e-4
SURFACE_BUILDS = 0.01  # of the number of triangles
BALL_RADIUS_VOXELS = 0.7
DEPTH_NOISE_RTOL = 0.35
OBJ_COLOR = 0.02  # of 255, four digits
# The viewer in a browser: quantised colours through a blended picture; splats and cubes are not of one outline.
VIEWER_COLOR_BYTES = 12
VIEWER_SWITCH_PX = 6

# Bytes on the line for a page with a viewer: measured 146.4 kB by gzip, and its splat engine 632 kB.
PAGE_WEIGHT_BYTES = 150_000
ENGINE_WEIGHT_BYTES = 700_000

# The same file in three's own viewer: correlation of the pictures.
SECOND_VIEWER_LIKENESS = 0.98
STANDS_WRONG_LIKENESS = 0.8
